/** A list to tick from, with a box to find in it. For filters, members of groups, tags. */

import { useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { Checkbox } from "./checkbox.tsx";
import css from "./options.module.css";
import { SearchBox } from "./search.tsx";

export interface Option {
  readonly value: string;
  readonly text: string;
}

/** With fewer there is nothing to search in. */
const SEARCHED_MIN = 8;

interface OptionsProps {
  /** What is chosen from: "Agents". */
  readonly label: string;
  readonly options: readonly Option[];
  readonly chosen: readonly string[];
  /** Only one of them: choosing one lets go of the other. */
  readonly single?: boolean;
  /** Given, the list is searched by somebody else, and what was typed may be longer than it. */
  readonly onSearch?: (text: string) => void;
  /** Given, what was typed can be chosen even where it is not in the list: as which value, or null where it cannot. */
  readonly create?: (text: string) => string | null;
  readonly empty?: string;
  readonly onChange: (chosen: string[]) => void;
}

/** Down from the search box into the list, and up and down in it. */
function walk(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0 || !(event.currentTarget instanceof HTMLElement)) return;
  const places = [...event.currentTarget.querySelectorAll<HTMLElement>("input, button")];
  const next = places[places.indexOf(document.activeElement as HTMLElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

export function Options({
  label,
  options,
  chosen,
  single = false,
  onSearch,
  create,
  empty = "Nothing to choose from.",
  onChange,
}: OptionsProps) {
  const [text, setText] = useState("");
  const [first] = useState(chosen);
  const words = text.trim().toLowerCase();
  const rest = options.filter((one) => !first.includes(one.value));
  // What was chosen before stands at the top, and stays there while it is changed.
  const all = [...first.map((value) => options.find((one) => one.value === value) ?? { value, text: value }), ...rest];
  const found = words === "" ? all : all.filter((one) => one.text.toLowerCase().includes(words));
  const made = create?.(text) ?? null;
  const isNew = made !== null && words !== "" && !all.some((one) => one.value === made);
  const change = (value: string, on: boolean): void => {
    if (single) onChange(on ? [value] : []);
    else onChange(on ? [...chosen, value] : chosen.filter((one) => one !== value));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is inside is reached by Tab; this adds the arrows
    <div class={css.box} onKeyDown={walk}>
      {(options.length >= SEARCHED_MIN || onSearch !== undefined || create !== undefined || text !== "") && (
        <SearchBox
          label={`Find in ${label.toLowerCase()}`}
          value={text}
          focused
          maxLength={64}
          onInput={(value) => {
            setText(value);
            onSearch?.(value.trim());
          }}
        />
      )}
      <fieldset class={css.list} aria-label={label}>
        {found.map((one) => (
          <Checkbox key={one.value} checked={chosen.includes(one.value)} onChange={(on) => change(one.value, on)}>
            {one.text}
          </Checkbox>
        ))}
        {found.length === 0 && !isNew && <p class={css.empty}>{words === "" ? empty : `Nothing like “${text}”.`}</p>}
      </fieldset>
      {isNew && (
        <Button
          small
          kind="quiet"
          icon="plus"
          onClick={() => {
            change(made, true);
            setText("");
          }}
        >
          Add “{made}”
        </Button>
      )}
    </div>
  );
}
