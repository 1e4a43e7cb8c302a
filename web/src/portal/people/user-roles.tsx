/** The roles of a user: what each allows, and from which day on. */

import { useState } from "preact/hooks";
import { type Assignment, dateField, dateOfField, type UserItem } from "../../core/people.ts";
import { grantLines } from "../../core/permissions.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Section } from "../../ui/page.tsx";
import { opensAttributes, Popover } from "../../ui/popover.tsx";
import { useKeptFocus } from "../kept-focus.ts";
import css from "./people.module.css";
import type { PeopleStore } from "./store.ts";
import type { ChangeUser } from "./user.tsx";

interface UserRolesProps {
  readonly user: UserItem;
  readonly store: PeopleStore;
  readonly busy: boolean;
  readonly onChange: ChangeUser;
}

export function UserRoles({ user, store, busy, onChange }: UserRolesProps) {
  const list = useKeptFocus<HTMLUListElement>();
  const { roles } = user;
  const save = (next: readonly Assignment[], said: string): void => onChange({ roles: next }, said, { roles });
  const others = (store.roles ?? []).filter((one) => !roles.some((held) => held.role === one.id));
  return (
    <Section title="Roles" hint="Roles add up: what one of them allows is allowed.">
      <ul ref={list} class={css.list} tabIndex={-1} aria-label="Roles">
        {roles.map((one) => (
          <RoleRow
            key={one.role}
            assignment={one}
            store={store}
            busy={busy}
            onSince={(since) =>
              save(
                roles.map((other) => (other.role === one.role ? { ...other, since } : other)),
                `${store.roleName(one.role)} was changed.`,
              )
            }
            onRemove={() =>
              save(
                roles.filter((other) => other.role !== one.role),
                `${store.roleName(one.role)} was taken away.`,
              )
            }
          />
        ))}
        {roles.length === 0 && <li class={css.none}>No role: nothing is allowed, signing in shows an empty portal.</li>}
        <li class={css.add}>
          <Menu
            label="Roles to add"
            entries={others.map((one) => ({
              text: one.name,
              hint: grantLines(one.grants)[0] ?? "Allows nothing yet",
              onSelect: () => save([...roles, { role: one.id, since: null }], `${one.name} was added.`),
            }))}
            trigger={(opens) => (
              <button
                type="button"
                class={css.addButton}
                disabled={busy || others.length === 0}
                {...opensAttributes(opens)}
              >
                <Icon name="plus" size={16} /> {others.length === 0 ? "Has every role" : "Add a role"}
              </button>
            )}
          />
        </li>
      </ul>
    </Section>
  );
}

interface RoleRowProps {
  readonly assignment: Assignment;
  readonly store: PeopleStore;
  readonly busy: boolean;
  readonly onSince: (since: Date | null) => void;
  readonly onRemove: () => void;
}

function RoleRow({ assignment, store, busy, onSince, onRemove }: RoleRowProps) {
  const role = store.roles?.find((one) => one.id === assignment.role);
  const name = store.roleName(assignment.role);
  return (
    <li class={`${css.row} ${css.loose}`}>
      <div class={css.words}>
        <p class={css.strong}>
          <a class="link" href={`/people/roles/${encodeURIComponent(assignment.role)}`}>
            {name}
          </a>
        </p>
        {role !== undefined && <p class={css.hint}>{grantLines(role.grants).join(" · ")}</p>}
      </div>
      <SinceButton name={name} since={assignment.since} busy={busy} onSince={onSince} />
      <IconButton small icon="close" label={`Take away ${name}`} disabled={busy} onClick={onRemove} />
    </li>
  );
}

interface SinceProps {
  readonly name: string;
  readonly since: Date | null;
  readonly busy: boolean;
  readonly onSince: (since: Date | null) => void;
}

function SinceButton({ name, since, busy, onSince }: SinceProps) {
  const day = since?.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
  return (
    <Popover
      label={`From when ${name} holds`}
      align="end"
      trigger={(opens) => (
        <button type="button" class={css.choice} disabled={busy} {...opensAttributes(opens)}>
          {day === undefined ? "All recordings" : `From ${day} on`}
          <Icon name="down" size={14} />
        </button>
      )}
    >
      {(close) => (
        <SinceForm
          since={since}
          onSince={(at) => {
            close();
            onSince(at);
          }}
        />
      )}
    </Popover>
  );
}

function SinceForm({ since, onSince }: Pick<SinceProps, "since" | "onSince">) {
  const [value, setValue] = useState(dateField(since));
  const at = dateOfField(value);
  return (
    <form
      class={css.small}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (at !== null) onSince(at);
      }}
    >
      <Field
        label="Recordings that began on or after"
        name="since"
        type="date"
        value={value}
        focused
        hint="Older ones stay out of sight for this role."
        onInput={setValue}
      />
      <div class={css.buttons}>
        {since !== null && <Button onClick={() => onSince(null)}>No limit</Button>}
        <Button type="submit" kind="primary" disabled={at === null}>
          Set
        </Button>
      </div>
    </form>
  );
}
