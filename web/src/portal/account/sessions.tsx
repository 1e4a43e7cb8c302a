/** Where one is signed in oneself. */

import type { Session } from "../../core/access.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { toast } from "../../ui/toast.tsx";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { endSession, endSessions, listSessions } from "../people/api.ts";
import css from "../people/people.module.css";
import { SessionList } from "../people/session-list.tsx";

export function OwnSessions({ session }: { readonly session: Session }) {
  const sessions = useLoaded(session.user, () => new Loaded((signal) => listSessions(session.user, signal)));
  const doing = useDoing();
  const items = sessions.value.value;
  const failure = doing.failure.value ?? sessions.failure.value;
  const others = items?.filter((one) => !one.current).length ?? 0;
  const end = (work: () => Promise<void>, said: string): void =>
    void doing.run(async () => {
      await work();
      await sessions.load();
      toast({ text: said });
    });
  return (
    <Section title="Where you are signed in" hint="End what you do not know, and then change your password.">
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void sessions.load())} />}
      {items === null && failure === null && (
        <div class={css.list}>
          <div class={css.session}>
            <Bone width="60%" height="2.5rem" />
          </div>
        </div>
      )}
      {items !== null && (
        <SessionList
          items={items}
          busy={doing.busy.value}
          onEnd={(one) => end(() => endSession(session, one.id), "That session was ended.")}
        />
      )}
      {others > 1 && (
        <div>
          <Button
            kind="danger"
            disabled={doing.busy.value}
            onClick={() => end(() => endSessions(session, session.user), "Everywhere else you are signed out.")}
          >
            Sign out everywhere else
          </Button>
        </div>
      )}
    </Section>
  );
}
