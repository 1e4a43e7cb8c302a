/** One role as a grid of actions and whose recordings they are allowed on. */

import { useEffect, useState } from "preact/hooks";
import { nameFault, type RoleItem } from "../../core/people.ts";
import { doubts, type Grant, sameGrants, withScope } from "../../core/permissions.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { toast } from "../../ui/toast.tsx";
import { remedyOf, useDoing } from "../loaded.ts";
import { go } from "../router.ts";
import { changeRole, removeRole } from "./api.ts";
import { Confirm } from "./confirm.tsx";
import { Grid } from "./grid.tsx";
import { RowsSkeleton } from "./groups.tsx";
import { NameEditor } from "./name-editor.tsx";
import css from "./people.module.css";
import { AddRole } from "./roles.tsx";
import type { PeopleStore } from "./store.ts";

interface RolePageProps {
  readonly id: string;
  readonly query: string;
  readonly store: PeopleStore;
}

export function RolePage({ id, store }: RolePageProps) {
  if (store.roles === null) return <RowsSkeleton rows={6} />;
  const role = store.roles.find((one) => one.id === id);
  if (role === undefined) {
    return (
      <Empty wholePage icon="shield" title="There is no such role" hint="It may have been removed.">
        <LinkButton href="/people/roles">All roles</LinkButton>
      </Empty>
    );
  }
  return (
    <div class={css.one}>
      {role.builtIn ? <BuiltIn role={role} store={store} /> : <Own role={role} store={store} />}
    </div>
  );
}

interface RoleProps {
  readonly role: RoleItem;
  readonly store: PeopleStore;
}

function BuiltIn({ role, store }: RoleProps) {
  const [copying, setCopying] = useState(false);
  return (
    <>
      <div class={css.head}>
        <div class={css.headWords}>
          <h1>
            {role.name} <Badge>Comes with Playhead</Badge>
          </h1>
          <p class={css.muted}>It stays as it is. A copy can be changed.</p>
        </div>
        <div class={css.buttons}>
          <Button onClick={() => setCopying(true)}>Make a copy</Button>
        </div>
      </div>
      <Grid grants={role.grants} />
      <AddRole store={store} copy={role} open={copying} onClose={() => setCopying(false)} />
    </>
  );
}

function Own({ role, store }: RoleProps) {
  const [grants, setGrants] = useState<readonly Grant[]>(role.grants);
  const [removing, setRemoving] = useState(false);
  const doing = useDoing();
  useEffect(() => setGrants(role.grants), [role]);
  const changed = !sameGrants(grants, role.grants);
  const warnings = doubts(grants);
  const save = (name: string, next: readonly Grant[], said: string): void =>
    void doing.run(async () => {
      await changeRole(store.session, role.id, { name, grants: next });
      await store.load();
      toast({ text: said, hint: "It holds at once, for everybody who has this role." });
    });
  const remove = (): void =>
    void doing.run(async () => {
      await removeRole(store.session, role.id);
      await store.load();
      toast({ text: `${role.name} was removed.` });
      go("/people/roles");
    });
  return (
    <>
      <NameEditor
        name={role.name}
        faultOf={nameFault}
        busy={doing.busy.value}
        onSave={(name) => save(name, role.grants, "The role has a new name.")}
      >
        <Button kind="danger" onClick={() => setRemoving(true)}>
          Remove
        </Button>
      </NameEditor>
      {doing.failure.value !== null && (
        <FailureNotice failure={doing.failure.value} onRemedy={remedyOf(() => void store.load())} />
      )}
      <Grid grants={grants} onChange={(action, scope) => setGrants(withScope(grants, action, scope))} />
      {warnings.map((words) => (
        <Notice key={words} tone="warn" title={words} />
      ))}
      <div class={`${css.saving} ${changed ? css.unsaved : ""}`}>
        <p role="status">{changed ? "Not saved yet." : "Nothing is changed."}</p>
        <Button disabled={!changed} onClick={() => setGrants(role.grants)}>
          As it was
        </Button>
        <Button
          kind="primary"
          disabled={!changed}
          busy={doing.busy.value}
          onClick={() => save(role.name, grants, `${role.name} was changed.`)}
        >
          Save
        </Button>
      </div>
      <Confirm
        open={removing}
        title={`Remove ${role.name}?`}
        words="It has to be taken from everybody first; then nothing but its name is lost."
        confirm="Remove the role"
        busy={doing.busy.value}
        onClose={() => setRemoving(false)}
        onConfirm={() => {
          setRemoving(false);
          remove();
        }}
      />
    </>
  );
}
