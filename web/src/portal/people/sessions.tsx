/** Everybody who is signed in. */

import { useState } from "preact/hooks";
import type { LoginSession } from "../../core/people.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { SearchBox } from "../../ui/search.tsx";
import { toast } from "../../ui/toast.tsx";
import { Paged, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { endSession, listAllSessions } from "./api.ts";
import { RowsSkeleton } from "./groups.tsx";
import css from "./people.module.css";
import { SessionList } from "./session-list.tsx";
import type { PeopleStore } from "./store.ts";

export function SessionsSection({ store }: { readonly store: PeopleStore }) {
  const loaded = useLoaded("", () => new Paged<LoginSession>(listAllSessions));
  const [text, setText] = useState("");
  const doing = useDoing();
  const wanted = text.trim().toLowerCase();
  const items = loaded.items.value;
  const more = loaded.next.value !== null;
  const found = items?.filter((one) => `${one.user} ${one.address} ${one.agent}`.toLowerCase().includes(wanted));
  const failure = doing.failure.value ?? loaded.failure.value;
  return (
    <div class={css.one}>
      <PageHead title="Signed in" lead="Every browser in which somebody is signed in now.">
        <div class={css.search}>
          <SearchBox label="Find by name, browser or address" value={text} maxLength={64} onInput={setText} />
        </div>
        <Button icon="refresh" onClick={() => void loaded.load()}>
          Refresh
        </Button>
      </PageHead>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {items === null && failure === null && <RowsSkeleton rows={5} />}
      {found !== undefined && found.length > 0 && (
        <SessionList
          named
          items={found}
          busy={doing.busy.value}
          onEnd={(one) =>
            void doing.run(async () => {
              await endSession(store.session, one.id);
              await loaded.load();
              toast({ text: `${one.user} is signed out of ${one.agent}.` });
            })
          }
        />
      )}
      {items !== null && more && <Pager more loading={loaded.loading.value} onMore={() => void loaded.more()} />}
      {found?.length === 0 && !more && (
        <Empty icon="monitor" title="No such session" hint={`Nothing here has “${text.trim()}” in it.`}>
          <Button onClick={() => setText("")}>Show all</Button>
        </Empty>
      )}
    </div>
  );
}
