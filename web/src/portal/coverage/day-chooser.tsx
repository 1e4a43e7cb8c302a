/** Which day: the one before, the one after, or any by the calendar. */

import { dayKey } from "../../core/calendar.ts";
import { daysOn, dayTitle } from "../../core/coverage-words.ts";
import { IconButton } from "../../ui/button.tsx";
import { Calendar } from "../../ui/calendar.tsx";
import { Icon } from "../../ui/icon.tsx";
import { opensAttributes, Popover } from "../../ui/popover.tsx";
import css from "./coverage.module.css";

interface DayChooserProps {
  readonly day: string;
  readonly today: string;
  readonly onChange: (day: string) => void;
}

/** Midnight where the reader is: calendars are drawn in the reader's days. */
const dateOf = (day: string): Date => new Date(`${day}T00:00:00`);

export function DayChooser({ day, today, onChange }: DayChooserProps) {
  const from = dateOf(day);
  const to = dateOf(daysOn(day, 1));
  return (
    <div class={css.chooser}>
      <IconButton icon="back" label="The day before" onClick={() => onChange(daysOn(day, -1))} />
      <Popover
        label="Day"
        align="end"
        trigger={(opens) => (
          <button type="button" class={css.day} {...opensAttributes(opens)}>
            <Icon name="calendar" size={16} />
            {dayTitle(day, today, undefined, true)}
          </button>
        )}
      >
        {(close) => (
          <Calendar
            range={{ from, to }}
            today={dateOf(today)}
            onChange={(range) => {
              const chosen = dayKey(range.from);
              close();
              onChange(chosen > today ? today : chosen);
            }}
          />
        )}
      </Popover>
      <IconButton
        icon="forward"
        label="The day after"
        disabled={day >= today}
        onClick={() => onChange(daysOn(day, 1))}
      />
    </div>
  );
}
