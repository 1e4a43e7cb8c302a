/** When: in words, by a list of the usual, or by the calendar. */

import { useState } from "preact/hooks";
import { ANY_TIME, chosenRange, type TimeChoice } from "../core/time-choice.ts";
import { parseWhen, rangeText, type TimeRange, whenName, whenText } from "../core/when.ts";
import { IconButton } from "../ui/button.tsx";
import { Calendar } from "../ui/calendar.tsx";
import { Choice } from "../ui/choice.tsx";
import { Field } from "../ui/field.tsx";
import css from "./time-editor.module.css";

interface TimeEditorProps {
  readonly time: TimeChoice;
  /** Whether the last minutes are of interest, too. */
  readonly fine?: boolean;
  readonly onChange: (time: TimeChoice) => void;
  readonly close: () => void;
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** The usual times: these, and the weekdays that lie before yesterday. */
function presets(now: Date, fine: boolean): string[] {
  const before = [2, 3, 4, 5, 6].map((ago) => `last-${WEEKDAYS[(now.getDay() - ago + 7) % 7]}`);
  return [
    ...(fine ? ["last-15-minutes"] : []),
    "last-1-hour",
    "today",
    "yesterday",
    ...before,
    "this-week",
    "last-week",
    "last-7-days",
    "last-30-days",
  ];
}

const presetText = (name: string): string => (name === "last-1-hour" ? "Last hour" : whenText(name));

export function TimeEditor({ time, fine = false, onChange, close }: TimeEditorProps) {
  const [now] = useState(() => new Date());
  const [text, setText] = useState("");
  const parsed = text.trim() === "" ? null : parseWhen(text, now);
  const chooseName = (when: string): void => {
    onChange({ ...ANY_TIME, when });
    close();
  };
  const chooseRange = (range: TimeRange): void => {
    onChange({ when: null, from: range.from?.toISOString() ?? null, to: range.to?.toISOString() ?? null });
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
      ? "Such as: last Tuesday, 17 Nov, last 3 hours, yesterday 14:00 to 14:30."
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
          {presets(now, fine).map((name) => (
            <li key={name}>
              <Choice pressed={time.when === name} onClick={() => chooseName(name)}>
                {presetText(name)}
              </Choice>
            </li>
          ))}
        </ul>
        <Calendar range={chosenRange(time, now)} today={now} onChange={chooseRange} />
      </div>
    </div>
  );
}
