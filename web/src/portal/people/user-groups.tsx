/** The groups a user is in, and those they supervise. */

import { toggled, type UserItem } from "../../core/people.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Options } from "../../ui/options.tsx";
import { Section } from "../../ui/page.tsx";
import { opensAttributes, Popover } from "../../ui/popover.tsx";
import { useKeptFocus } from "../kept-focus.ts";
import css from "./people.module.css";
import type { PeopleStore } from "./store.ts";
import type { ChangeUser } from "./user.tsx";

interface UserGroupsProps {
  readonly user: UserItem;
  readonly store: PeopleStore;
  readonly busy: boolean;
  readonly onChange: ChangeUser;
}

export function UserGroups({ user, store, busy, onChange }: UserGroupsProps) {
  const list = useKeptFocus<HTMLUListElement>();
  const groups = store.groups ?? [];
  const supervised = groups.filter((one) => one.supervisors.includes(user.id));
  const change = (chosen: readonly string[]): void => {
    const next = [...chosen].sort();
    const one = next.find((id) => !user.groups.includes(id)) ?? user.groups.find((id) => !next.includes(id));
    const added = one !== undefined && next.includes(one);
    const said = `${added ? "Now in" : "No longer in"} ${store.groupName(one ?? "")}.`;
    onChange({ groups: next }, said, { groups: user.groups });
  };
  return (
    <Section title="Groups">
      <ul ref={list} class={css.list} tabIndex={-1} aria-label="Groups">
        {user.groups.map((id) => (
          <li key={id} class={css.row}>
            <div class={css.words}>
              <p class={css.strong}>
                <a class="link" href={`/people/groups/${encodeURIComponent(id)}`}>
                  {store.groupName(id)}
                </a>
              </p>
              <p class={css.hint}>{supervisorsText(id, store)}</p>
            </div>
            <IconButton
              small
              icon="close"
              label={`Take out of ${store.groupName(id)}`}
              disabled={busy}
              onClick={() => change(toggled(user.groups, id))}
            />
          </li>
        ))}
        {user.groups.length === 0 && <li class={css.none}>In no group: only roles for everyone reach this user.</li>}
        <li class={css.add}>
          <Popover
            label="Groups to be in"
            trigger={(opens) => (
              <button type="button" class={css.addButton} disabled={groups.length === 0} {...opensAttributes(opens)}>
                <Icon name="plus" size={16} /> {groups.length === 0 ? "There are no groups yet" : "Add to a group"}
              </button>
            )}
          >
            {() => (
              <Options
                label="Groups"
                options={groups.map((one) => ({ value: one.id, text: one.name }))}
                chosen={user.groups}
                onChange={change}
              />
            )}
          </Popover>
        </li>
      </ul>
      {supervised.length > 0 && (
        <p class={css.muted}>
          Supervises{" "}
          {supervised.map((one, at) => (
            <span key={one.id}>
              {at > 0 && ", "}
              <a class="link" href={`/people/groups/${encodeURIComponent(one.id)}`}>
                {one.name}
              </a>
            </span>
          ))}
          .
        </p>
      )}
    </Section>
  );
}

function supervisorsText(id: string, store: PeopleStore): string {
  const supervisors = store.groups?.find((one) => one.id === id)?.supervisors ?? [];
  return supervisors.length === 0
    ? "Nobody supervises it"
    : `Supervised by ${supervisors.map((one) => store.userName(one)).join(", ")}`;
}
