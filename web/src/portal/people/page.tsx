/** People: users, groups, roles, who is signed in, and why somebody can see something. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import type { PeopleSection } from "../../core/route.ts";
import { FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { remedyOf } from "../loaded.ts";
import { Refused } from "../refused.tsx";
import { AccessSection } from "./access.tsx";
import { GroupPage } from "./group.tsx";
import { GroupsSection } from "./groups.tsx";
import { RolePage } from "./role.tsx";
import { RolesSection } from "./roles.tsx";
import { SessionsSection } from "./sessions.tsx";
import { PeopleStore } from "./store.ts";
import { UserPage } from "./user.tsx";
import { UsersSection } from "./users.tsx";

const SECTIONS: Readonly<Record<PeopleSection, string>> = {
  users: "Users",
  groups: "Groups",
  roles: "Roles",
  sessions: "Signed in",
  access: "Who may see what",
};

interface PeopleProps {
  readonly section: PeopleSection;
  readonly id: string | null;
  readonly query: string;
  readonly session: Session;
}

export function PeoplePage(props: PeopleProps) {
  return can(props.session, "administer") ? <People {...props} /> : <Refused what="looking after users" />;
}

function People({ section, id, query, session }: PeopleProps) {
  const store = useMemo(() => new PeopleStore(session), [session]);
  useEffect(() => {
    void store.load();
    return () => store.close();
  }, [store]);
  useEffect(() => {
    document.title = `${id ?? SECTIONS[section]} · People · Playhead`;
  }, [section, id]);
  const first = useRef(true);
  useEffect(() => {
    // Within these pages, too, a new one is announced by moving the focus to it.
    if (!first.current) document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
    first.current = false;
  }, [section, id]);
  const failure = store.known.failure.value;
  const blind = failure !== null && store.known.value.value === null;
  return (
    <Page>
      <Tabs
        label="People"
        tabs={Object.entries(SECTIONS).map(([key, text]) => ({
          href: `/people/${key}`,
          text,
          here: key === section,
        }))}
      />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void store.load())} />}
      {blind ? (
        <PageHead title={SECTIONS[section]} />
      ) : (
        <Section section={section} id={id} query={query} store={store} />
      )}
    </Page>
  );
}

function Section({ section, id, query, store }: Omit<PeopleProps, "session"> & { readonly store: PeopleStore }) {
  switch (section) {
    case "users":
      return id === null ? <UsersSection query={query} store={store} /> : <UserPage key={id} id={id} store={store} />;
    case "groups":
      return id === null ? <GroupsSection store={store} /> : <GroupPage key={id} id={id} store={store} />;
    case "roles":
      return id === null ? <RolesSection store={store} /> : <RolePage key={id} id={id} query={query} store={store} />;
    case "sessions":
      return <SessionsSection store={store} />;
    case "access":
      return <AccessSection query={query} store={store} />;
  }
}
