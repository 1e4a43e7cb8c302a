/** One group: its name, its members, its supervisors. */

import { useState } from "preact/hooks";
import { type GroupItem, loginOf, nameFault, toggled } from "../../core/people.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";
import { type Doing, remedyOf, useDoing } from "../loaded.ts";
import { go } from "../router.ts";
import { changeGroup, type GroupChange, removeGroup } from "./api.ts";
import { Confirm } from "./confirm.tsx";
import { RowsSkeleton } from "./groups.tsx";
import { NameEditor } from "./name-editor.tsx";
import css from "./people.module.css";
import { PeoplePicker } from "./people-picker.tsx";
import type { PeopleStore } from "./store.ts";

export function GroupPage({ id, store }: { readonly id: string; readonly store: PeopleStore }) {
  const doing = useDoing();
  if (store.groups === null) return <RowsSkeleton rows={4} />;
  const group = store.groups.find((one) => one.id === id);
  if (group === undefined) {
    return (
      <Empty wholePage icon="people" title="There is no such group" hint="It may have been removed.">
        <LinkButton href="/people/groups">All groups</LinkButton>
      </Empty>
    );
  }
  return (
    <div class={css.one}>
      {doing.failure.value !== null && (
        <FailureNotice failure={doing.failure.value} onRemedy={remedyOf(() => void store.load())} />
      )}
      <GroupParts group={group} store={store} doing={doing} />
    </div>
  );
}

interface PartsProps {
  readonly group: GroupItem;
  readonly store: PeopleStore;
  readonly doing: Doing;
}

function GroupParts({ group, store, doing }: PartsProps) {
  const [removing, setRemoving] = useState(false);
  const change = (what: GroupChange, said: string, back?: GroupChange): void =>
    void doing.run(async () => {
      await changeGroup(store.session, group.id, what);
      await store.load();
      toast({
        text: said,
        ...(back === undefined ? {} : { action: { text: "Undo", do: () => change(back, "As it was before.") } }),
      });
    });
  const remove = (): void =>
    void doing.run(async () => {
      await removeGroup(store.session, group.id);
      await store.load();
      toast({ text: `${group.name} was removed.` });
      go("/people/groups");
    });
  const edit = (key: "members" | "supervisors") => (user: string) => {
    const next = toggled(group[key], user);
    const words = key === "members" ? "in the group" : "a supervisor of it";
    const said = `${store.userName(user)} is ${next.includes(user) ? "now" : "no longer"} ${words}.`;
    change({ [key]: next }, said, { [key]: group[key] });
  };
  return (
    <>
      <NameEditor
        name={group.name}
        faultOf={nameFault}
        busy={doing.busy.value}
        onSave={(name) => change({ name }, "The group has a new name.", { name: group.name })}
      >
        <Button kind="danger" onClick={() => setRemoving(true)}>
          Remove
        </Button>
      </NameEditor>
      <Section title="Supervisors" hint="See the members as their team, as far as their roles allow.">
        <PeoplePicker
          store={store}
          label="Supervisors"
          add="Add a supervisor"
          empty="Nobody supervises this group."
          chosen={group.supervisors}
          busy={doing.busy.value}
          onToggle={edit("supervisors")}
        />
      </Section>
      <Section
        title="Members"
        hint="Whose recordings the supervisors may see: users, and logins of agents who never sign in here."
      >
        <PeoplePicker
          store={store}
          label="Members"
          add="Add a member"
          empty="Nobody is in this group yet."
          create={loginOf}
          chosen={group.members}
          busy={doing.busy.value}
          onToggle={edit("members")}
        />
      </Section>
      <Confirm
        open={removing}
        title={`Remove ${group.name}?`}
        words="Its supervisors lose sight of its members’ recordings, unless they see them otherwise. The people and the recordings stay."
        confirm="Remove the group"
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
