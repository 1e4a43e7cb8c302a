/** What the lines are narrowed to: text in a box, the rest as chips. */

import { useState } from "preact/hooks";
import {
  LOG_FIELD_TITLES,
  LOG_FIELDS,
  type LogField,
  levelText,
  logChips,
  SERVER,
  serviceText,
  withoutField,
  workstationText,
} from "../../core/log-words.ts";
import { LEVELS, type LogFilter, type LogLine, NAME_CHARS_MAX, QUESTION_CHARS_MAX } from "../../core/logs.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Field } from "../../ui/field.tsx";
import type { IconName } from "../../ui/icon.tsx";
import { type Option, Options } from "../../ui/options.tsx";
import { TypedSearch } from "../../ui/search.tsx";
import { AddFilter, FilterChips } from "../filtering.tsx";
import { TimeEditor } from "../time-editor.tsx";
import css from "./logs.module.css";

const FIELD_ICONS: Readonly<Record<LogField, IconName>> = {
  time: "calendar",
  level: "warning",
  workstation: "monitor",
  service: "settings",
  interaction: "link",
};

const FIELDS = LOG_FIELDS.map((field) => ({ field, title: LOG_FIELD_TITLES[field], icon: FIELD_ICONS[field] }));

interface FiltersProps {
  readonly filter: LogFilter;
  /** What names are offered from. */
  readonly lines: readonly LogLine[];
  readonly input: { current: HTMLInputElement | null };
  readonly onChange: (filter: LogFilter) => void;
}

export function LogFilters({ filter, lines, input, onChange }: FiltersProps) {
  const chips = logChips(filter);
  const editor = (field: LogField, close: () => void) => (
    <Editor field={field} filter={filter} lines={lines} onChange={onChange} close={close} />
  );
  return (
    <div class={css.filters}>
      <div class={css.search}>
        <TypedSearch
          label="Find in the logs"
          keys="/"
          value={filter.q}
          maxLength={QUESTION_CHARS_MAX}
          input={input}
          onRest={(q) => onChange({ ...filter, q })}
        />
      </div>
      <span data-add-filter>
        <AddFilter fields={FIELDS} editor={editor} />
      </span>
      <FilterChips
        chips={chips}
        editor={editor}
        onRemove={(field) => onChange(withoutField(filter, field))}
        onClear={
          chips.length > 1
            ? () => onChange(chips.reduce((rest, { field }) => withoutField(rest, field), filter))
            : undefined
        }
      />
    </div>
  );
}

interface EditorProps extends Omit<FiltersProps, "input"> {
  readonly field: LogField;
  readonly close: () => void;
}

function optionsOf(names: readonly string[], words: (name: string) => string): Option[] {
  const known = [...new Set(names)].sort((one, other) => one.localeCompare(other, undefined, { numeric: true }));
  return known.map((value) => ({ value, text: words(value) }));
}

/** A name as it was typed, where it can be one. */
function nameOf(typed: string): string | null {
  const name = typed.trim();
  return name === "" || name === SERVER || name.length > NAME_CHARS_MAX ? null : name;
}

function Editor({ field, filter, lines, onChange, close }: EditorProps) {
  const set = (more: Partial<LogFilter>): void => {
    close();
    onChange({ ...filter, ...more });
  };
  switch (field) {
    case "time":
      return <TimeEditor fine time={filter} onChange={(time) => onChange({ ...filter, ...time })} close={close} />;
    case "level":
      return (
        <ul class={css.levels}>
          {LEVELS.map((level) => (
            <li key={level}>
              <Choice pressed={filter.level === level} onClick={() => set({ level })}>
                {levelText(level)}
              </Choice>
            </li>
          ))}
        </ul>
      );
    case "workstation":
      return (
        <Options
          single
          label="Workstations"
          options={optionsOf(["", ...lines.map((one) => one.workstation)], workstationText)}
          chosen={filter.workstation === null ? [] : [filter.workstation]}
          create={nameOf}
          onChange={([workstation]) => set({ workstation: workstation ?? null })}
        />
      );
    case "service":
      return (
        <Options
          single
          label="Services"
          options={optionsOf(
            lines.map((one) => one.service),
            serviceText,
          )}
          chosen={filter.service === null ? [] : [filter.service]}
          create={nameOf}
          onChange={([service]) => set({ service: service ?? null })}
        />
      );
    case "interaction":
      return <InteractionEditor value={filter.interaction} onSet={(interaction) => set({ interaction })} />;
  }
}

function InteractionEditor({ value, onSet }: { readonly value: string; readonly onSet: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  return (
    <form
      class={css.one}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSet(typed.trim().slice(0, NAME_CHARS_MAX));
      }}
    >
      <Field
        label="Interaction or recording"
        name="interaction"
        value={typed}
        autocomplete="off"
        focused
        hint="Its id: all that was said about it, everywhere, in order."
        onInput={setTyped}
      />
      <Button type="submit" kind="primary" small>
        Apply
      </Button>
    </form>
  );
}
