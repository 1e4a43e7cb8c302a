/** Retention: how long recordings are kept, what the next run deletes, and what was erased. */

import { useEffect, useRef } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { sinceText } from "../../core/ago.ts";
import { shareText } from "../../core/coverage-words.ts";
import { keeps } from "../../core/modules.ts";
import type { Retention } from "../../core/retention.ts";
import { bytesText } from "../../core/time.ts";
import { Button } from "../../ui/button.tsx";
import { Figure, Figures } from "../../ui/figures.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { toast } from "../../ui/toast.tsx";
import { wallNow } from "../clock.ts";
import { ServerHealth } from "../health.tsx";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { Refused } from "../refused.tsx";
import { getRetention, runNow } from "./api.ts";
import { Erasures } from "./erasures.tsx";
import { PendingNotice } from "./pending.tsx";
import { Rules } from "./rules.tsx";

export function RetentionPage({ session }: { readonly session: Session }) {
  if (!keeps(session)) return <ErasedPage session={session} />;
  if (!can(session, "administer") && !can(session, "operate")) return <Refused what="deciding what is kept" />;
  return <RetentionView session={session} />;
}

/** Where for how long recordings are kept is decided elsewhere. */
function ErasedPage({ session }: { readonly session: Session }) {
  useEffect(() => {
    document.title = "Erased · Playhead";
  }, []);
  if (!can(session, "audit") && !can(session, "operate")) return <Refused what="seeing what was erased" />;
  return (
    <Page>
      <PageHead title="Erasures" lead="Of all sites. For how long recordings are kept, each site decides by itself." />
      <ServerHealth />
      <Erasures />
    </Page>
  );
}

function RetentionView({ session }: { readonly session: Session }) {
  const loaded = useLoaded("", () => new Loaded(getRetention));
  const doing = useDoing();
  useEffect(() => {
    document.title = "Retention · Playhead";
  }, []);
  const retention = loaded.value.value;
  const failure = doing.failure.value ?? loaded.failure.value;
  const following = useFollowing(loaded);
  const run = (): void =>
    void doing.run(async () => {
      await runNow(session);
      toast({ text: "A run begins.", hint: "It takes no more than it may by itself." });
      following();
    });
  const erasures = `${retention?.last?.at.getTime() ?? 0}`;
  return (
    <Page>
      <PageHead
        title="Retention"
        lead="How long recordings are kept. What is held stays, whatever the rules say. What is deleted cannot be had back."
      >
        {can(session, "operate") && (
          <Button icon="refresh" busy={doing.busy.value} onClick={run}>
            Run now
          </Button>
        )}
      </PageHead>
      <ServerHealth />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {retention === null ? (
        failure === null && <Bone width="100%" height="24rem" />
      ) : (
        <>
          <Standing retention={retention} />
          {retention.pending.needsConfirmation && (
            <PendingNotice pending={retention.pending} session={session} onConfirmed={following} />
          )}
          <Rules retention={retention} session={session} onSaved={() => loaded.load()} />
        </>
      )}
      {(can(session, "audit") || can(session, "operate")) && <Erasures key={erasures} />}
    </Page>
  );
}

/** After a run was asked for, how often and how many times it is looked whether it is over. */
const LOOK_MS = 1_500;
const LOOKS_MAX = 20;

/** Loads anew until the newest run is another one. */
function useFollowing(loaded: Loaded<Retention>): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    const before = loaded.value.value?.last?.at.getTime();
    const look = async (left: number): Promise<void> => {
      await loaded.load();
      if (loaded.value.value?.last?.at.getTime() !== before || left === 0) return;
      timer.current = setTimeout(() => void look(left - 1), LOOK_MS);
    };
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void look(LOOKS_MAX), LOOK_MS / 3);
  };
}

const count = (value: number): string => value.toLocaleString("en");

function Standing({ retention }: { readonly retention: Retention }) {
  const { last, pending } = retention;
  return (
    <Figures>
      <Figure
        value={count(pending.recordings)}
        label={pending.recordings === 1 ? "recording is due" : "recordings are due"}
        tone={pending.needsConfirmation ? "warn" : "plain"}
        hint={
          pending.recordings === 0
            ? "Nothing to delete."
            : `${bytesText(pending.bytes)}, ${shareText(pending.share, 1)} of all`
        }
      />
      <Figure
        value={last === null ? "–" : count(last.deleted)}
        label="deleted by the last run"
        hint={last === null ? "There was none yet." : `${bytesText(last.bytes)}, ${sinceText(last.at, wallNow())}`}
      />
      <Figure value={last === null ? "–" : count(last.held)} label="were due and are held" hint="They stay." />
      <Figure
        value={last === null ? "–" : count(last.failed)}
        label="could not be deleted"
        tone={(last?.failed ?? 0) > 0 ? "alarm" : "plain"}
        hint={(last?.failed ?? 0) > 0 ? "They are tried again with the next run." : " "}
      />
    </Figures>
  );
}
