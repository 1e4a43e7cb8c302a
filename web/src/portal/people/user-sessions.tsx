/** Where a user is signed in. */

import type { UserItem } from "../../core/people.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { endSession, endSessions, listSessions } from "./api.ts";
import css from "./people.module.css";
import { SessionList } from "./session-list.tsx";
import type { PeopleStore } from "./store.ts";

export function UserSessions({ user, store }: { readonly user: UserItem; readonly store: PeopleStore }) {
  const loaded = useLoaded(`${user.id} ${user.disabled}`, () => new Loaded((signal) => listSessions(user.id, signal)));
  const doing = useDoing();
  const items = loaded.value.value;
  const failure = doing.failure.value ?? loaded.failure.value;
  const end = (work: () => Promise<void>, said: string): void =>
    void doing.run(async () => {
      await work();
      await loaded.load();
      toast({ text: said });
    });
  return (
    <Section title="Signed in">
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {items !== null && items.length > 0 && (
        <SessionList
          items={items}
          busy={doing.busy.value}
          onEnd={(one) => end(() => endSession(store.session, one.id), "That session was ended.")}
        />
      )}
      {items !== null && items.length === 0 && <p class={css.muted}>Nowhere.</p>}
      {items !== null && items.filter((one) => !one.current).length > 1 && (
        <div>
          <Button
            kind="danger"
            disabled={doing.busy.value}
            onClick={() => end(() => endSessions(store.session, user.id), `${user.name} is signed out everywhere.`)}
          >
            Sign out everywhere
          </Button>
        </div>
      )}
    </Section>
  );
}
