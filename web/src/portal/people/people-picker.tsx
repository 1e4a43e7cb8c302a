/** Some of the users: who they are, taking one out, adding others by searching. */

import { useEffect, useState } from "preact/hooks";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Options } from "../../ui/options.tsx";
import { opensAttributes, Popover } from "../../ui/popover.tsx";
import { useKeptFocus } from "../kept-focus.ts";
import { Loaded, useLoaded } from "../loaded.ts";
import { listUsers } from "./api.ts";
import { Face } from "./face.tsx";
import css from "./people.module.css";
import type { PeopleStore } from "./store.ts";

interface PickerProps {
  readonly store: PeopleStore;
  readonly label: string;
  readonly add: string;
  readonly empty: string;
  /** Given, somebody can be added who is no user: the login of an agent. */
  readonly create?: (text: string) => string | null;
  readonly chosen: readonly string[];
  readonly busy: boolean;
  readonly onToggle: (user: string) => void;
}

export function PeoplePicker({ store, label, add, empty, create, chosen, busy, onToggle }: PickerProps) {
  const list = useKeptFocus<HTMLUListElement>();
  return (
    <ul ref={list} class={css.list} tabIndex={-1} aria-label={label}>
      {chosen.map((id) => (
        <li key={id} class={css.row}>
          <Face name={store.userName(id)} />
          <p class={`${css.words} ${css.strong}`}>
            {create !== undefined && !store.isUser(id) ? (
              id
            ) : (
              <a class="link" href={`/people/users/${encodeURIComponent(id)}`}>
                {store.userName(id)}
              </a>
            )}
            {store.userName(id) !== id && <span class={css.id}>{id}</span>}
          </p>
          <IconButton
            small
            icon="close"
            label={`Take out ${store.userName(id)}`}
            disabled={busy}
            onClick={() => onToggle(id)}
          />
        </li>
      ))}
      {chosen.length === 0 && <li class={css.none}>{empty}</li>}
      <li class={css.add}>
        <Popover
          label={add}
          trigger={(opens) => (
            <button type="button" class={css.addButton} {...opensAttributes(opens)}>
              <Icon name="plus" size={16} /> {add}
            </button>
          )}
        >
          {() => <Found label={label} create={create} chosen={chosen} onToggle={onToggle} />}
        </Popover>
      </li>
    </ul>
  );
}

/** So long nobody types before it is searched. */
const SEARCH_AFTER_MS = 150;

interface FoundProps {
  readonly label: string;
  readonly create: PickerProps["create"];
  readonly chosen: readonly string[];
  readonly onToggle: (user: string) => void;
}

function Found({ label, create, chosen, onToggle }: FoundProps) {
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useLoaded(q, () => new Loaded((signal) => listUsers(q, null, signal)));
  // Ticked at once; what the server made of it comes after.
  const [ticked, setTicked] = useState(chosen);
  useEffect(() => setTicked(chosen), [chosen]);
  const users = found.value.value?.items ?? [];
  const failure = found.failure.value;
  return (
    <Options
      label={label}
      options={users.map((one) => ({ value: one.id, text: one.name === "" ? one.id : `${one.name} (${one.id})` }))}
      chosen={ticked}
      onSearch={setTyped}
      {...(create === undefined ? {} : { create })}
      empty={failure?.message ?? "Nobody else is here."}
      onChange={(next) => {
        const one = next.find((id) => !ticked.includes(id)) ?? ticked.find((id) => !next.includes(id));
        setTicked(next);
        if (one !== undefined) onToggle(one);
      }}
    />
  );
}
