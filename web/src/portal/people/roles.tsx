/** All roles: those that come with Playhead, and one's own. */

import { useState } from "preact/hooks";
import { nameFault, type RoleItem } from "../../core/people.ts";
import { grantLines } from "../../core/permissions.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { remedyOf, useDoing } from "../loaded.ts";
import { go } from "../router.ts";
import { addRole } from "./api.ts";
import { RowsSkeleton } from "./groups.tsx";
import css from "./people.module.css";
import type { PeopleStore } from "./store.ts";

export const roleAddress = (id: string): string => `/people/roles/${encodeURIComponent(id)}`;

export function RolesSection({ store }: { readonly store: PeopleStore }) {
  const [adding, setAdding] = useState(false);
  const { roles } = store;
  return (
    <div class={css.one}>
      <PageHead title="Roles" lead="What somebody may do, and with whose recordings. Roles of one user add up.">
        <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
          Add a role
        </Button>
      </PageHead>
      {roles === null ? (
        <RowsSkeleton rows={5} />
      ) : (
        <ul class={css.list}>
          {roles.map((role) => (
            <li key={role.id}>
              <a class={css.rowLink} href={roleAddress(role.id)}>
                <span class={css.words}>
                  <span class={css.strong}>
                    {role.name} {role.builtIn && <Badge>Comes with Playhead</Badge>}
                  </span>
                  <span class={css.hint}>{grantLines(role.grants).join(" · ") || "Allows nothing yet"}</span>
                </span>
                <Icon name="forward" size={16} />
              </a>
            </li>
          ))}
        </ul>
      )}
      <AddRole store={store} copy={null} open={adding} onClose={() => setAdding(false)} />
    </div>
  );
}

interface AddRoleProps {
  readonly store: PeopleStore;
  /** What to begin with. */
  readonly copy: RoleItem | null;
  readonly open: boolean;
  readonly onClose: () => void;
}

export function AddRole(props: AddRoleProps) {
  return (
    <Dialog small title="Add a role" open={props.open} onClose={props.onClose}>
      <AddRoleForm {...props} />
    </Dialog>
  );
}

function AddRoleForm({ store, copy, onClose }: AddRoleProps) {
  const [name, setName] = useState("");
  const [from, setFrom] = useState(copy?.id ?? "");
  const [sent, setSent] = useState(false);
  const doing = useDoing();
  const fault = nameFault(name);
  const send = async (): Promise<void> => {
    setSent(true);
    if (fault !== null) return;
    await doing.run(async () => {
      const grants = store.roles?.find((one) => one.id === from)?.grants ?? [];
      const role = await addRole(store.session, name.trim(), grants);
      await store.load();
      onClose();
      go(roleAddress(role.id));
    });
  };
  return (
    <form
      class={css.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {doing.failure.value !== null && (
        <FailureNotice failure={doing.failure.value} onRemedy={remedyOf(() => void send())} />
      )}
      <Field
        label="Name"
        name="role-name"
        value={name}
        autocomplete="off"
        focused
        error={sent ? fault : null}
        onInput={setName}
      />
      <div class={css.labelled}>
        <span class={css.label} aria-hidden="true">
          Begin with
        </span>
        <Select
          label="Begin with"
          value={from}
          options={[["", "Nothing"], ...(store.roles ?? []).map((one) => [one.id, `What ${one.name} may`] as const)]}
          onChange={setFrom}
        />
      </div>
      <div class={css.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={doing.busy.value}>
          Add
        </Button>
      </div>
    </form>
  );
}
