/** One user: roles, groups, how they sign in, where they are signed in. */

import { can } from "../../core/access.ts";
import type { UserItem } from "../../core/people.ts";
import { LinkButton } from "../../ui/button.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Card, Section } from "../../ui/page.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { toast } from "../../ui/toast.tsx";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { changeUser, getUser, type UserChange } from "./api.ts";
import { Face } from "./face.tsx";
import css from "./people.module.css";
import { StandingBadge } from "./standing.tsx";
import type { PeopleStore } from "./store.ts";
import { UserGroups } from "./user-groups.tsx";
import { UserRoles } from "./user-roles.tsx";
import { UserSessions } from "./user-sessions.tsx";
import { UserSignIn } from "./user-sign-in.tsx";

/** How the parts of the page change a user: at once, with a way back where there is one. */
export type ChangeUser = (what: UserChange, said: string, back?: UserChange) => void;

export function UserPage({ id, store }: { readonly id: string; readonly store: PeopleStore }) {
  const loaded = useLoaded(id, () => new Loaded((signal) => getUser(id, signal)));
  const doing = useDoing();
  const user = loaded.value.value;
  const failure = doing.failure.value ?? loaded.failure.value;
  if (user === null && failure?.code === "user.not_found") {
    return (
      <Empty wholePage icon="person" title="There is no such user" hint={`Nobody signs in as “${id}”.`}>
        <LinkButton href="/people/users">All users</LinkButton>
      </Empty>
    );
  }
  const change: ChangeUser = (what, said, back) =>
    void doing.run(async () => {
      loaded.value.value = await changeUser(store.session, id, what);
      if (what.groups !== undefined) await store.load();
      toast({
        text: said,
        ...(back === undefined ? {} : { action: { text: "Undo", do: () => change(back, "As it was before.") } }),
      });
    });
  return (
    <div class={css.one}>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {user === null ? (
        failure === null && <UserSkeleton />
      ) : (
        <>
          <Head user={user} mayAudit={can(store.session, "audit")} />
          <UserRoles user={user} store={store} busy={doing.busy.value} onChange={change} />
          <UserGroups user={user} store={store} busy={doing.busy.value} onChange={change} />
          <UserSignIn user={user} store={store} onChange={change} onReload={() => void loaded.load()} />
          <UserSessions user={user} store={store} />
        </>
      )}
    </div>
  );
}

function Head({ user, mayAudit }: { readonly user: UserItem; readonly mayAudit: boolean }) {
  return (
    <div class={css.head}>
      <Face name={user.name || user.id} large />
      <div class={css.headWords}>
        <h1>
          {user.name || user.id} <StandingBadge user={user} />
        </h1>
        <p class={css.muted}>Signs in as {user.id}</p>
      </div>
      <div class={css.buttons}>
        {mayAudit && <LinkButton href={`/audit?${new URLSearchParams({ actor: user.id })}`}>What they did</LinkButton>}
        <LinkButton href={`/people/access?${new URLSearchParams({ user: user.id })}`}>What they may see</LinkButton>
      </div>
    </div>
  );
}

function UserSkeleton() {
  return (
    <>
      <div class={css.head}>
        <Bone width="3rem" height="3rem" />
        <Bone width="14rem" height="2.5rem" />
      </div>
      {["Roles", "Groups", "Signing in"].map((title) => (
        <Section key={title} title={title}>
          <Card>
            <Bone width="100%" height="5rem" />
          </Card>
        </Section>
      ))}
    </>
  );
}
