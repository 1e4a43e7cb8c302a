/** Running the doctor, here or at a workstation: how long it has been looking, and what it came to. */

import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import type { Report } from "../../core/environment.ts";
import { reportText } from "../../core/environment-words.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";
import type { Doing } from "../loaded.ts";
import { reportPageAddress, runDoctor } from "./api.ts";
import css from "./environment.module.css";

/** It answers within so long, whatever is wrong. */
const LOOK_S_MAX = 10;

interface RunProps {
  readonly session: Session;
  /** Null for the server. */
  readonly workstation: string | null;
  readonly doing: Doing;
  /** Why it cannot be run. */
  readonly unable?: string;
  readonly onReport: (report: Report) => void;
}

export function RunDoctor({ session, workstation, doing, unable, onReport }: RunProps) {
  const busy = doing.busy.value;
  const run = (): void =>
    void doing.run(async () => {
      const report = await runDoctor(session, workstation);
      toast({ text: reportText(report), icon: "check" });
      onReport(report);
    });
  return (
    <div class={css.run}>
      <Button kind="primary" icon="refresh" busy={busy} disabled={unable !== undefined} onClick={run}>
        Run the doctor now
      </Button>
      <span class={css.progress} role="status">
        {busy ? <Looking /> : (unable ?? "")}
      </span>
    </div>
  );
}

interface TakeReportProps {
  /** Null for the server. */
  readonly workstation: string | null;
  /** Whether there is one: its room is there before. */
  readonly there: boolean;
}

/** The newest report as a signed page, for whoever is to mend something. */
export function TakeReport({ workstation, there }: TakeReportProps) {
  return (
    <span class={css.take} data-there={there}>
      <LinkButton icon="download" href={reportPageAddress(workstation)} outside download="">
        Download the report
      </LinkButton>
    </span>
  );
}

/** How far it is: by time, for all that it looks at is looked at at once. */
function Looking() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  const shown = Math.min(seconds, LOOK_S_MAX);
  return (
    <>
      <progress class={css.bar} max={LOOK_S_MAX} value={shown} aria-label="Looking" />
      <span class="figures" aria-hidden="true">
        {shown} of {LOOK_S_MAX} s
      </span>
    </>
  );
}
