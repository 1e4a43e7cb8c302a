/** Logs that say more for a while: which do, and having one do so. */

import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import {
  type LogTarget,
  RAISED_LEVELS,
  RAISED_MINUTES,
  type RaisedLevel,
  type RaisedLogs,
  raisedHint,
  raisedTitle,
  readRaisedLogs,
  targetText,
} from "../../core/log-levels.ts";
import { requestJson } from "../../net/http.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { toast } from "../../ui/toast.tsx";
import { at } from "../at-site.tsx";
import { change } from "../change.ts";
import { FormDialog } from "../form-dialog.tsx";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { ReasonField } from "../reason-field.tsx";
import css from "./logs.module.css";

const LEVELS = "/api/logs/levels";

/** Looked at again this often while any is raised: they fall back by themselves. */
const FRESH_MS = 30_000;

/** Those that are raised. Where none can be, there is nothing to be said. */
export function useRaisedLogs(): Loaded<RaisedLogs> {
  const loaded = useLoaded(
    "raised",
    () => new Loaded(async (signal) => readRaisedLogs(await requestJson(at(LEVELS), { signal }))),
  );
  const any = (loaded.value.value?.items.length ?? 0) > 0;
  useEffect(() => {
    if (!any) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void loaded.load();
    }, FRESH_MS);
    return () => clearInterval(timer);
  }, [loaded, any]);
  return loaded;
}

interface RaisedProps {
  readonly raised: Loaded<RaisedLogs>;
  readonly session: Session;
}

/** Each log that says more, and the button that ends it. */
export function Raised({ raised, session }: RaisedProps) {
  const doing = useDoing();
  const end = async ({ kind, name }: LogTarget): Promise<void> => {
    const done = await doing.run(() => change(session, "DELETE", at(`${LEVELS}/${kind}/${encodeURIComponent(name)}`)));
    if (done) await raised.load();
  };
  const failure = doing.failure.value;
  return (
    <>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void raised.load())} />}
      {(raised.value.value?.items ?? []).map((one) => (
        <Notice
          key={`${one.kind} ${one.name}`}
          icon="logs"
          tone={one.state === "failed" ? "warn" : "neutral"}
          title={raisedTitle(one)}
          hint={raisedHint(one)}
        >
          {one.state !== "ending" && (
            <Button small disabled={doing.busy.value} onClick={() => void end(one)}>
              End
            </Button>
          )}
        </Notice>
      ))}
    </>
  );
}

const WORDS: Readonly<Record<RaisedLevel, string>> = { debug: "Everything", info: "What it does" };
const USUAL_MINUTES = 30;
const MINUTE_MS = 60_000;

const lengthText = (minutes: number): string => (minutes < 60 ? `${minutes} min` : `${minutes / 60} h`);

interface DialogProps extends RaisedProps {
  readonly target: LogTarget;
  readonly onClose: () => void;
}

export function RaiseDialog({ target, raised, session, onClose }: DialogProps) {
  const [level, setLevel] = useState<RaisedLevel>("debug");
  const [minutes, setMinutes] = useState<number>(USUAL_MINUTES);
  const [reason, setReason] = useState("");
  const doing = useDoing();
  const send = async (): Promise<void> => {
    const order = { ...target, level, lengthMs: minutes * MINUTE_MS, reason: reason.trim() };
    if (!(await doing.run(() => change(session, "POST", at(LEVELS), order)))) return;
    toast({ text: `${targetText(target)} says more for ${lengthText(minutes)}.`, icon: "logs" });
    onClose();
    await raised.load();
  };
  return (
    <FormDialog
      title={`Have it say more: ${targetText(target)}`}
      confirm="Begin"
      kind="primary"
      icon="logs"
      doing={doing}
      onSend={() => void send()}
      onClose={onClose}
    >
      <p>Its log falls back by itself. A workstation that is not connected is told when it comes.</p>
      <div class={css.choices}>
        <Segmented
          label="What it says"
          value={level}
          options={RAISED_LEVELS.map((value) => ({ value, text: WORDS[value] }))}
          onChange={setLevel}
        />
        <Segmented
          label="For how long"
          value={String(minutes)}
          options={RAISED_MINUTES.map((value) => ({ value: String(value), text: lengthText(value) }))}
          onChange={(value) => setMinutes(Number(value))}
        />
      </div>
      <ReasonField value={reason} hint="It stands in the audit log. It may stay empty." onInput={setReason} />
    </FormDialog>
  );
}
