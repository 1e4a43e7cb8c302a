/** All groups: who works together, and who supervises them. */

import { useState } from "preact/hooks";
import { type GroupItem, nameFault } from "../../core/people.ts";
import { listed } from "../../core/permissions.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { remedyOf, useDoing } from "../loaded.ts";
import { go } from "../router.ts";
import { addGroup } from "./api.ts";
import css from "./people.module.css";
import type { PeopleStore } from "./store.ts";

export const groupAddress = (id: string): string => `/people/groups/${encodeURIComponent(id)}`;

function factsText(group: GroupItem, store: PeopleStore): string {
  const { members, supervisors } = group;
  const count = members.length === 1 ? "One member" : members.length === 0 ? "No members" : `${members.length} members`;
  return supervisors.length === 0
    ? `${count} · nobody supervises it`
    : `${count} · supervised by ${listed(supervisors.map((one) => store.userName(one)))}`;
}

export function GroupsSection({ store }: { readonly store: PeopleStore }) {
  const [adding, setAdding] = useState(false);
  const { groups } = store;
  const add = (
    <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
      Add a group
    </Button>
  );
  return (
    <div class={css.one}>
      <PageHead title="Groups" lead="Who supervises a group has its members as their team.">
        {groups !== null && groups.length > 0 && add}
      </PageHead>
      {groups === null && <RowsSkeleton rows={3} />}
      {groups !== null && groups.length === 0 && (
        <Empty
          icon="people"
          title="No groups yet"
          hint="A group is a team: its supervisors see what its members recorded, as far as their roles allow."
        >
          {add}
        </Empty>
      )}
      {groups !== null && groups.length > 0 && (
        <ul class={css.list}>
          {groups.map((group) => (
            <li key={group.id}>
              <a class={css.rowLink} href={groupAddress(group.id)}>
                <span class={css.words}>
                  <span class={css.name}>{group.name}</span>
                  <span class={css.hint}>{factsText(group, store)}</span>
                </span>
                <Icon name="forward" size={16} />
              </a>
            </li>
          ))}
        </ul>
      )}
      <Dialog small title="Add a group" open={adding} onClose={() => setAdding(false)}>
        <AddGroup store={store} onClose={() => setAdding(false)} />
      </Dialog>
    </div>
  );
}

function AddGroup({ store, onClose }: { readonly store: PeopleStore; readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const [sent, setSent] = useState(false);
  const doing = useDoing();
  const fault = nameFault(name);
  const send = async (): Promise<void> => {
    setSent(true);
    if (fault !== null) return;
    await doing.run(async () => {
      const group = await addGroup(store.session, name.trim());
      await store.load();
      onClose();
      go(groupAddress(group.id));
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
        name="group-name"
        value={name}
        autocomplete="off"
        focused
        error={sent ? fault : null}
        onInput={setName}
      />
      <div class={css.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={doing.busy.value}>
          Add
        </Button>
      </div>
    </form>
  );
}

export function RowsSkeleton({ rows }: { readonly rows: number }) {
  return (
    <div class={css.list} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} class={css.row}>
          <Bone width={`${14 + ((at * 5) % 4)}rem`} height="2.4rem" />
        </div>
      ))}
    </div>
  );
}
