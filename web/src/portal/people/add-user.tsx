/** Adding a user: a name, a first password, a role. */

import { useEffect, useState } from "preact/hooks";
import { nameFault, type UserItem, userIdFault } from "../../core/people.ts";
import { grantLines } from "../../core/permissions.ts";
import { passwordAdvice, passwordFault } from "../../core/sign-in.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, PasswordField, Select } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { toast } from "../../ui/toast.tsx";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { getWays } from "../sign-in-api.ts";
import { addUser } from "./api.ts";
import css from "./people.module.css";
import type { PeopleStore } from "./store.ts";

interface AddUserProps {
  readonly store: PeopleStore;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onAdded: (user: UserItem) => void;
}

export function AddUser(props: AddUserProps) {
  return (
    <Dialog title="Add a user" open={props.open} onClose={props.onClose}>
      <AddUserForm {...props} />
    </Dialog>
  );
}

/** The role most people have: it lets them see nobody but themselves. */
const FIRST_ROLE = "agent";

function AddUserForm({ store, onClose, onAdded }: AddUserProps) {
  const ways = useLoaded("", () => new Loaded(() => getWays()));
  const [form, setForm] = useState({ id: "", name: "", password: "", role: FIRST_ROLE });
  const [sent, setSent] = useState(false);
  const doing = useDoing();
  const minLength = ways.value.value?.minLength ?? 12;
  const faults = {
    id: userIdFault(form.id),
    name: nameFault(form.name),
    password: passwordFault(form.password, form.id, minLength, null),
  };
  const set = (part: Partial<typeof form>): void => setForm({ ...form, ...part });
  useFirstFault(sent, faults);
  const send = async (): Promise<void> => {
    setSent(true);
    if (Object.values(faults).some((one) => one !== null)) return;
    await doing.run(async () => {
      const { id, name, password, role } = form;
      const user = await addUser(store.session, {
        id,
        name: name.trim(),
        password,
        roles: role === "" ? [] : [{ role, since: null }],
      });
      toast({ text: `${user.name} can sign in now.`, hint: "They choose a password of their own the first time." });
      onAdded(user);
    });
  };
  const role = store.roles?.find((one) => one.id === form.role);
  return (
    <form
      class={css.form}
      noValidate
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {doing.failure.value !== null && (
        <FailureNotice failure={doing.failure.value} onRemedy={remedyOf(() => void send())} />
      )}
      <Field
        label="Full name"
        name="full-name"
        value={form.name}
        autocomplete="off"
        focused
        error={sent ? faults.name : null}
        onInput={(name) => set({ name })}
      />
      <Field
        label="Signs in as"
        name="user-id"
        value={form.id}
        autocomplete="off"
        hint="For an agent: the login of their workstation, so that their recordings are known as theirs."
        error={sent ? faults.id : null}
        onInput={(id) => set({ id: id.trim().toLowerCase() })}
      />
      <PasswordField
        label="First password"
        name="first-password"
        value={form.password}
        autocomplete="new-password"
        hint={`${passwordAdvice(minLength)} They have to replace it when they sign in.`}
        error={sent ? faults.password : null}
        onInput={(password) => set({ password })}
      />
      <div class={css.labelled}>
        <span class={css.label} aria-hidden="true">
          Role
        </span>
        <Select
          label="Role"
          value={form.role}
          options={[...(store.roles ?? []).map((one) => [one.id, one.name] as const), ["", "None yet"] as const]}
          onChange={(value) => set({ role: value })}
        />
        <p class={css.hint}>
          {role === undefined ? "Without a role nothing is allowed." : grantLines(role.grants).join(". ")}
        </p>
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

/** Once sent, the focus goes to what is wrong. */
export function useFirstFault(sent: boolean, faults: Readonly<Record<string, string | null>>): void {
  const any = sent && Object.values(faults).some((one) => one !== null);
  useEffect(() => {
    if (any) document.querySelector<HTMLElement>("dialog[open] [aria-invalid=true]")?.focus();
  }, [any]);
}
