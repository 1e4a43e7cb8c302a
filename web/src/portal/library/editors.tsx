/** What narrows one field: opened by its chip, or by "Filter". */

import { useEffect, useState } from "preact/hooks";
import type { Facets } from "../../core/facets.ts";
import type { Filter } from "../../core/filter.ts";
import { FIELD_TITLES, type Field, FLAG_WORDS, STATE_TITLES } from "../../core/filter-words.ts";
import { RECORDING_STATES, type RecordingState } from "../../core/recording-index.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Field as Input } from "../../ui/field.tsx";
import { type Option, Options } from "../../ui/options.tsx";
import { PatternEditor } from "../pattern-editor.tsx";
import { TimeEditor } from "../time-editor.tsx";
import css from "./library.module.css";

interface EditorProps {
  readonly filter: Filter;
  readonly facets: Facets;
  /** Asks for what begins like this, where a list is longer than what is at hand. */
  readonly onSearch: (prefix: string) => void;
  readonly onChange: (filter: Filter) => void;
  readonly close: () => void;
}

const same = (values: readonly string[]): Option[] => values.map((value) => ({ value, text: value }));

/** Lengths that people ask for, in seconds. */
const LENGTHS: readonly (readonly [text: string, min: number | null, max: number | null])[] = [
  ["Under 1 minute", null, 60],
  ["1 to 5 minutes", 60, 300],
  ["5 to 30 minutes", 300, 1_800],
  ["30 minutes or more", 1_800, null],
];

function LengthEditor({ filter, onChange, close }: EditorProps) {
  const minutes = (seconds: number | null): string => (seconds === null ? "" : String(seconds / 60));
  const [min, setMin] = useState(minutes(filter.minLength));
  const [max, setMax] = useState(minutes(filter.maxLength));
  const seconds = (text: string): number | null => (text.trim() === "" ? null : Math.round(Number(text) * 60));
  const problem = [min, max].some((text) => !(Number(text) >= 0)) ? "Minutes, such as 5 or 0.5." : null;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (problem !== null) return;
    onChange({ ...filter, minLength: seconds(min), maxLength: seconds(max) });
    close();
  };
  return (
    <div class={css.editor}>
      <ul>
        {LENGTHS.map(([text, minLength, maxLength]) => (
          <li key={text}>
            <Choice
              pressed={filter.minLength === minLength && filter.maxLength === maxLength}
              onClick={() => {
                onChange({ ...filter, minLength, maxLength });
                close();
              }}
            >
              {text}
            </Choice>
          </li>
        ))}
      </ul>
      <form class={css.pair} onSubmit={submit}>
        <Input label="From, minutes" name="min" value={min} error={problem} onInput={setMin} />
        <Input label="To, minutes" name="max" value={max} onInput={setMax} />
        <Button type="submit">Apply</Button>
      </form>
    </div>
  );
}

function FlagEditor({ field, filter, onChange, close }: EditorProps & { readonly field: "gap" | "blackout" | "held" }) {
  return (
    <ul class={css.editor}>
      {[true, false].map((value) => (
        <li key={String(value)}>
          <Choice
            pressed={filter[field] === value}
            onClick={() => {
              onChange({ ...filter, [field]: value });
              close();
            }}
          >
            {FLAG_WORDS[field][value ? 0 : 1]}
          </Choice>
        </li>
      ))}
    </ul>
  );
}

/** Shares that people ask for, in percent. */
const IDLE: readonly (readonly [text: string, from: number | null, to: number | null])[] = [
  ["Up to 10 %", null, 10],
  ["10 % or more", 10, null],
  ["25 % or more", 25, null],
  ["Half or more", 50, null],
];

function IdleEditor({ filter, onChange, close }: EditorProps) {
  return (
    <ul class={css.editor}>
      {IDLE.map(([text, idleFrom, idleTo]) => (
        <li key={text}>
          <Choice
            pressed={filter.idleFrom === idleFrom && filter.idleTo === idleTo}
            onClick={() => {
              onChange({ ...filter, idleFrom, idleTo });
              close();
            }}
          >
            {text}
          </Choice>
        </li>
      ))}
    </ul>
  );
}

const STATES: readonly Option[] = RECORDING_STATES.map((state) => ({ value: state, text: STATE_TITLES[state] }));

interface ListField {
  readonly options: readonly Option[];
  readonly chosen: readonly string[];
  readonly single?: boolean;
  readonly searched?: boolean;
  readonly change: (values: string[]) => Partial<Filter>;
}

/** The fields that are ticked from a list. */
function listField(field: Field, filter: Filter, facets: Facets): ListField | null {
  switch (field) {
    case "agent":
      return { options: same(facets.agents), chosen: filter.agents, searched: true, change: (agents) => ({ agents }) };
    case "workstation":
      return {
        options: same(facets.workstations),
        chosen: filter.workstations,
        searched: true,
        change: (workstations) => ({ workstations }),
      };
    case "tag":
      return { options: same(facets.tags), chosen: filter.tags, searched: true, change: (tags) => ({ tags }) };
    case "state":
      return { options: STATES, chosen: filter.states, change: (states) => ({ states: states as RecordingState[] }) };
    case "site":
      return {
        options: same(facets.sites),
        chosen: filter.site === null ? [] : [filter.site],
        single: true,
        change: ([site]) => ({ site: site ?? null }),
      };
    case "group":
      return {
        options: facets.groups.map((one) => ({ value: one.id, text: one.name })),
        chosen: filter.group === null ? [] : [filter.group],
        single: true,
        change: ([group]) => ({ group: group ?? null }),
      };
    default:
      return null;
  }
}

export function FieldEditor({ field, ...props }: EditorProps & { readonly field: Field }) {
  const { filter, facets, onSearch, onChange } = props;
  // The list is whole again when the next field is opened.
  useEffect(() => () => onSearch(""), [field]);
  if (field === "time") {
    return <TimeEditor time={filter} onChange={(time) => onChange({ ...filter, ...time })} close={props.close} />;
  }
  if (field === "idle") return <IdleEditor {...props} />;
  if (field === "application" || field === "url" || field === "rule") {
    const set = (value: string): void => {
      onChange({ ...filter, [field]: value });
      props.close();
    };
    return <PatternEditor title={FIELD_TITLES[field]} value={filter[field]} onSet={set} />;
  }
  if (field === "length") return <LengthEditor {...props} />;
  if (field === "gap" || field === "blackout" || field === "held") return <FlagEditor field={field} {...props} />;
  const list = listField(field, filter, facets);
  if (list === null) return null;
  return (
    <Options
      label={`${FIELD_TITLES[field]}s`}
      options={list.options}
      chosen={list.chosen}
      single={list.single ?? false}
      {...(list.searched ? { onSearch } : {})}
      onChange={(values) => onChange({ ...filter, ...list.change(values) })}
    />
  );
}
