/** When: in words, by a list of the usual, or by the calendar. */

import { useState } from "preact/hooks";
import type { Filter } from "../../core/filter.ts";
import { parseWhen, rangeOf, rangeText, type TimeRange, whenName, whenText } from "../../core/when.ts";
import { IconButton } from "../../ui/button.tsx";
import { Calendar } from "../../ui/calendar.tsx";
import { Field } from "../../ui/field.tsx";
import css from "./library.module.css";

interface TimeEditorProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
  readonly close: () => void;
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** The usual times: these, and the weekdays that lie before yesterday. */
function presets(now: Date): string[] {
  const before = [2, 3, 4, 5, 6].map((ago) => `last-${WEEKDAYS[(now.getDay() - ago + 7) % 7]}`);
  return ["last-1-hour", "today", "yesterday", ...before, "this-week", "last-week", "last-7-days", "last-30-days"];
}

function rangeNow(filter: Filter, now: Date): TimeRange | null {
  if (filter.when !== null) return rangeOf(filter.when, now);
  if (filter.from === null && filter.to === null) return null;
  const date = (text: string | null): Date | null => (text === null ? null : new Date(text));
  return { from: date(filter.from), to: date(filter.to) };
}

const presetText = (name: string): string => (name === "last-1-hour" ? "Last hour" : whenText(name));

export function TimeEditor({ filter, onChange, close }: TimeEditorProps) {
  const [now] = useState(() => new Date());
  const [text, setText] = useState("");
  const parsed = text.trim() === "" ? null : parseWhen(text, now);
  const chooseName = (when: string): void => {
    onChange({ ...filter, when, from: null, to: null });
    close();
  };
  const chooseRange = (range: TimeRange): void => {
    const from = range.from?.toISOString() ?? null;
    onChange({ ...filter, when: null, from, to: range.to?.toISOString() ?? null });
  };
  const apply = (): void => {
    if (parsed === null) return;
    const name = whenName(text, now);
    if (name !== null) chooseName(name);
    else {
      chooseRange(parsed);
      close();
    }
  };
  const hint =
    text.trim() === ""
      ? "Such as: last Tuesday, 17 Nov, last 3 hours, Monday to Wednesday."
      : parsed === null
        ? "That is not understood."
        : rangeText(parsed);
  return (
    <div class={css.time}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <Field
          label="When"
          name="when"
          value={text}
          hint={hint}
          focused
          onInput={setText}
          trailing={<IconButton small icon="forward" label="Apply" disabled={parsed === null} onClick={apply} />}
        />
      </form>
      <div class={css.choices}>
        <ul class={css.presets}>
          {presets(now).map((name) => (
            <li key={name}>
              <button
                type="button"
                class={css.preset}
                aria-pressed={filter.when === name}
                onClick={() => chooseName(name)}
              >
                {presetText(name)}
              </button>
            </li>
          ))}
        </ul>
        <Calendar range={rangeNow(filter, now)} today={now} onChange={chooseRange} />
      </div>
    </div>
  );
}
