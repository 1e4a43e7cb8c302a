/** What the log is narrowed to: chips that can be changed and taken away, in the address. */

import { useState } from "preact/hooks";
import {
  type AuditFilter,
  FILTER_CHARS_MAX,
  FILTER_KEYS,
  FILTER_WORDS,
  type FilterKey,
  narrowed,
} from "../../core/audit.ts";
import { actionOf, actionWords, knownActions } from "../../core/audit-words.ts";
import { dateOfField } from "../../core/people.ts";
import { Button } from "../../ui/button.tsx";
import { Chip, Chips } from "../../ui/chip.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Options } from "../../ui/options.tsx";
import { opensAttributes, Popover } from "../../ui/popover.tsx";
import { TypedSearch } from "../../ui/search.tsx";
import css from "./audit.module.css";

interface FiltersProps {
  readonly filter: AuditFilter;
  readonly onChange: (filter: AuditFilter) => void;
}

/** Text is searched from its own box. */
const CHIP_KEYS: readonly FilterKey[] = FILTER_KEYS.filter((key) => key !== "q");

function shown(key: FilterKey, value: string): string {
  if (key === "action") return actionWords(value);
  const day = key === "from" || key === "to" ? dateOfField(value) : null;
  return day?.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" }) ?? value;
}

export function AuditFilters({ filter, onChange }: FiltersProps) {
  const set = (key: FilterKey, value: string): void => onChange(narrowed(filter, key, value));
  const active = CHIP_KEYS.filter((key) => filter[key] !== undefined);
  return (
    <div class={css.filters}>
      <div class={css.search}>
        <TypedSearch
          label="Find in the log"
          value={filter.q ?? ""}
          maxLength={FILTER_CHARS_MAX}
          onRest={(value) => set("q", value)}
        />
      </div>
      <Chips label="Filter">
        {active.map((key) => (
          <Popover
            key={key}
            label={`Filter: ${FILTER_WORDS[key].label}`}
            trigger={(opens) => (
              <Chip label={FILTER_WORDS[key].label} opens={opens} onRemove={() => set(key, "")}>
                {shown(key, filter[key] ?? "")}
              </Chip>
            )}
          >
            {(close) => (
              <OneFilter
                name={key}
                value={filter[key] ?? ""}
                onSet={(value) => {
                  close();
                  set(key, value);
                }}
              />
            )}
          </Popover>
        ))}
        <AddFilter keys={CHIP_KEYS.filter((key) => filter[key] === undefined)} onSet={set} />
      </Chips>
    </div>
  );
}

interface AddProps {
  readonly keys: readonly FilterKey[];
  readonly onSet: (key: FilterKey, value: string) => void;
}

function AddFilter({ keys, onSet }: AddProps) {
  if (keys.length === 0) return null;
  return (
    <Popover
      label="Add a filter"
      trigger={(opens) => (
        <button type="button" class={css.add} {...opensAttributes(opens)}>
          <Icon name="filter" size={16} /> Filter
        </button>
      )}
    >
      {(close) => (
        <ChosenFilter
          keys={keys}
          onSet={(key, value) => {
            close();
            onSet(key, value);
          }}
        />
      )}
    </Popover>
  );
}

/** First by what, then to what. */
function ChosenFilter({ keys, onSet }: AddProps) {
  const [chosen, setChosen] = useState<FilterKey | null>(null);
  if (chosen !== null) return <OneFilter name={chosen} value="" onSet={(value) => onSet(chosen, value)} />;
  return (
    <div class={css.kinds}>
      {keys.map((key) => (
        <Button key={key} kind="quiet" small onClick={() => setChosen(key)}>
          {FILTER_WORDS[key].label}
        </Button>
      ))}
    </div>
  );
}

interface OneProps {
  readonly name: FilterKey;
  readonly value: string;
  readonly onSet: (value: string) => void;
}

const ACTIONS = knownActions().map(([value, text]) => ({ value, text }));

function OneFilter({ name, value, onSet }: OneProps) {
  const [typed, setTyped] = useState(value);
  const { label, hint } = FILTER_WORDS[name];
  if (name === "action") {
    return (
      <Options
        single
        label="Kinds of entries"
        options={ACTIONS}
        chosen={value === "" ? [] : [value]}
        create={actionOf}
        onChange={([one]) => onSet(one ?? "")}
      />
    );
  }
  return (
    <form
      class={css.one}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSet(typed.slice(0, FILTER_CHARS_MAX));
      }}
    >
      <Field
        label={label}
        name={name}
        type={name === "from" || name === "to" ? "date" : "text"}
        value={typed}
        autocomplete="off"
        focused
        hint={hint}
        onInput={setTyped}
      />
      <Button type="submit" kind="primary" small>
        Apply
      </Button>
    </form>
  );
}
