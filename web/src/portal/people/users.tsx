/** All users, found by name, and adding one. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { agoText } from "../../core/ago.ts";
import type { UserItem } from "../../core/people.ts";
import { listed } from "../../core/permissions.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { SearchBox } from "../../ui/search.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { wallNow } from "../clock.ts";
import { Paged, remedyOf, useLoaded } from "../loaded.ts";
import { go } from "../router.ts";
import { AddUser } from "./add-user.tsx";
import { listUsers } from "./api.ts";
import { Face } from "./face.tsx";
import css from "./people.module.css";
import { StandingBadge } from "./standing.tsx";
import type { PeopleStore } from "./store.ts";

/** So long nobody types before it is searched. */
const SEARCH_AFTER_MS = 180;

const keyOf = (user: UserItem): string => user.id;
const hrefOf = (user: UserItem): string => `/people/users/${encodeURIComponent(user.id)}`;

function rolesText(user: UserItem, store: PeopleStore): string {
  if (user.roles.length === 0) return "No role";
  return store.roles === null ? "" : listed(user.roles.map((one) => store.roleName(one.role)));
}

function Who({ user }: { readonly user: UserItem }) {
  return (
    <span class={css.who}>
      <Face name={user.name || user.id} />
      <span class={css.whoWords}>
        <span class={css.name}>{user.name || user.id}</span>
        <span class={css.id}>{user.id}</span>
      </span>
    </span>
  );
}

function LastSignIn({ user }: { readonly user: UserItem }) {
  return <span class="figures">{user.lastSignInAt === null ? "" : agoText(user.lastSignInAt, wallNow())}</span>;
}

function columnsOf(store: PeopleStore): readonly Column<UserItem>[] {
  return [
    {
      key: "name",
      title: "Name",
      width: "minmax(13rem, 1.4fr)",
      min: 13,
      priority: 0,
      cell: (user) => <Who user={user} />,
    },
    {
      key: "roles",
      title: "Roles",
      width: "minmax(9rem, 1.2fr)",
      min: 9,
      priority: 1,
      cell: (user) => rolesText(user, store),
    },
    {
      key: "groups",
      title: "Groups",
      width: "minmax(8rem, 1fr)",
      min: 8,
      priority: 4,
      cell: (user) => (store.groups === null ? "" : user.groups.map((id) => store.groupName(id)).join(", ")),
    },
    {
      key: "second",
      title: "Second factor",
      width: "7.5rem",
      min: 7.5,
      priority: 5,
      cell: (user) => (user.oidc ? "Elsewhere" : user.totp ? "On" : "Off"),
    },
    {
      key: "seen",
      title: "Last sign-in",
      width: "8rem",
      min: 8,
      priority: 3,
      cell: (user) => <LastSignIn user={user} />,
    },
    {
      key: "state",
      title: "State",
      width: "9.5rem",
      min: 9.5,
      priority: 2,
      cell: (user) => <StandingBadge user={user} />,
    },
  ];
}

export function UsersSection({ query, store }: { readonly query: string; readonly store: PeopleStore }) {
  const q = new URLSearchParams(query).get("q") ?? "";
  const users = useLoaded(q, () => new Paged<UserItem>((after, signal) => listUsers(q, after, signal)));
  const [adding, setAdding] = useState(false);
  const known = store.known.value.value;
  // Rows are drawn anew when the columns change: names of roles and groups come later than the users.
  const columns = useMemo(() => columnsOf(store), [known]);
  const narrow = useMemo(() => (user: UserItem) => <Narrow user={user} store={store} />, [known]);
  const items = users.items.value;
  const failure = users.failure.value;
  return (
    <>
      <PageHead title="Users">
        <Search q={q} />
        <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
          Add a user
        </Button>
      </PageHead>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void users.load())} />}
      {items === null && failure === null && <TableSkeleton label="Loading the users" />}
      {items !== null && items.length === 0 && <Nobody q={q} />}
      {items !== null && items.length > 0 && (
        <>
          <Table
            label="Users"
            columns={columns}
            rows={items}
            keyOf={keyOf}
            href={hrefOf}
            narrow={narrow}
            more={users.next.value !== null}
            pageKeys
          />
          <Pager more={users.next.value !== null} loading={users.loading.value} onMore={() => void users.more()} />
        </>
      )}
      <AddUser
        store={store}
        open={adding}
        onClose={() => setAdding(false)}
        onAdded={(user) => {
          setAdding(false);
          go(hrefOf(user));
        }}
      />
    </>
  );
}

function Narrow({ user, store }: { readonly user: UserItem; readonly store: PeopleStore }) {
  return (
    <span class={css.narrowRow}>
      <Face name={user.name || user.id} />
      <span class={css.whoWords}>
        <span class={css.name}>{user.name || user.id}</span>
        <span class={css.id}>{rolesText(user, store)}</span>
      </span>
      <StandingBadge user={user} />
    </span>
  );
}

function Nobody({ q }: { readonly q: string }) {
  return (
    <Empty icon="people" title="Nobody is called that" hint={`No name and no sign-in name contains “${q}”.`}>
      <Button onClick={() => go("/people/users", "replace")}>Show everybody</Button>
    </Empty>
  );
}

/** What is typed is searched for as soon as nobody types, and stays in the address. */
function Search({ q }: { readonly q: string }) {
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(q), [q]);
  useEffect(() => {
    if (text.trim() === q) return;
    const timer = setTimeout(() => {
      const wanted = text.trim();
      go(wanted === "" ? "/people/users" : `/people/users?${new URLSearchParams({ q: wanted })}`, "replace");
    }, SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text, q]);
  return (
    <div class={css.search}>
      <SearchBox label="Find somebody" value={text} input={input} maxLength={64} onInput={setText} />
    </div>
  );
}
