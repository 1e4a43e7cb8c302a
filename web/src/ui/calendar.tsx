/** A month to choose days from: one click for a day, a second one for a stretch of them. */

import { useEffect, useRef, useState } from "preact/hooks";
import { dayByKey, dayKey, daysBetween, monthsOn, weeksOf } from "../core/calendar.ts";
import { dayStart, type TimeRange } from "../core/when.ts";
import { IconButton } from "./button.tsx";
import css from "./calendar.module.css";

interface CalendarProps {
  readonly range: TimeRange | null;
  readonly today: Date;
  readonly onChange: (range: { readonly from: Date; readonly to: Date }) => void;
}

const WEEK = weeksOf(new Date(2024, 0, 1))[0] as Date[];

export function Calendar({ range, today, onChange }: CalendarProps) {
  const [focused, setFocused] = useState(() => dayStart(range?.from ?? today));
  const [month, setMonth] = useState(() => monthsOn(focused, 0));
  const [begun, setBegun] = useState<Date | null>(null);
  const grid = useRef<HTMLTableElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    grid.current?.querySelector<HTMLElement>(`[data-day="${dayKey(focused)}"]`)?.focus();
  }, [focused]);

  const choose = (day: Date): void => {
    setFocused(day);
    // The second click ends what the first one began.
    onChange(daysBetween(begun ?? day, day));
    setBegun(begun === null ? day : null);
  };
  const onKey = (event: KeyboardEvent): void => {
    const day = dayByKey(focused, event.key);
    if (day === null) return;
    event.preventDefault();
    event.stopPropagation();
    moved.current = true;
    setMonth(monthsOn(day, 0));
    setFocused(day);
  };
  const within = (day: Date): boolean =>
    range !== null && (range.from === null || day >= range.from) && (range.to === null || day < range.to);
  const focusable = weeksOf(month)
    .flat()
    .some((day) => dayKey(day) === dayKey(focused))
    ? dayKey(focused)
    : dayKey(month);

  return (
    <div class={css.calendar}>
      <div class={css.head}>
        <IconButton small icon="back" label="Previous month" onClick={() => setMonth(monthsOn(month, -1))} />
        <p aria-live="polite">{month.toLocaleDateString(undefined, { month: "long", year: "numeric" })}</p>
        <IconButton small icon="forward" label="Next month" onClick={() => setMonth(monthsOn(month, 1))} />
      </div>
      <table ref={grid} class={css.days} onKeyDown={onKey}>
        <thead>
          <tr>
            {WEEK.map((day) => (
              <th key={day.getDay()} scope="col" abbr={day.toLocaleDateString(undefined, { weekday: "long" })}>
                {day.toLocaleDateString(undefined, { weekday: "narrow" })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={dayKey(week[0] as Date)}>
              {week.map((day) => (
                <td key={dayKey(day)}>
                  <button
                    type="button"
                    data-day={dayKey(day)}
                    class={`${css.day} figures ${day.getMonth() === month.getMonth() ? "" : css.other}`}
                    aria-pressed={within(day)}
                    aria-current={dayKey(day) === dayKey(today) ? "date" : undefined}
                    aria-label={day.toLocaleDateString(undefined, { dateStyle: "full" })}
                    tabIndex={dayKey(day) === focusable ? 0 : -1}
                    onClick={() => choose(day)}
                  >
                    {day.getDate()}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
