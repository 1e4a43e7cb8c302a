/** A month as a calendar shows it. */

import { dayStart } from "./when.ts";

/** The weeks of a month, from Monday to Sunday, with the days of its neighbours that fill them. */
export function weeksOf(month: Date): Date[][] {
  const first = new Date(month.getFullYear(), month.getMonth(), 1);
  const begin = dayStart(first, -((first.getDay() + 6) % 7));
  const weeks: Date[][] = [];
  for (let week = 0; week < 6; week += 1) {
    const days = Array.from({ length: 7 }, (_, day) => dayStart(begin, week * 7 + day));
    if (week > 3 && (days[0] as Date).getMonth() !== first.getMonth()) break;
    weeks.push(days);
  }
  return weeks;
}

/** The first of the month, some months on. */
export function monthsOn(month: Date, by: number): Date {
  return new Date(month.getFullYear(), month.getMonth() + by, 1);
}

/** The day a key leads to, or null. */
export function dayByKey(day: Date, key: string): Date | null {
  switch (key) {
    case "ArrowLeft":
      return dayStart(day, -1);
    case "ArrowRight":
      return dayStart(day, 1);
    case "ArrowUp":
      return dayStart(day, -7);
    case "ArrowDown":
      return dayStart(day, 7);
    case "PageUp":
      return new Date(day.getFullYear(), day.getMonth() - 1, Math.min(day.getDate(), 28));
    case "PageDown":
      return new Date(day.getFullYear(), day.getMonth() + 1, Math.min(day.getDate(), 28));
    default:
      return null;
  }
}

/** A day as `2026-11-17`, in the reader's own zone. */
export function dayKey(day: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** Two days in order, as a stretch whose end is exclusive. */
export function daysBetween(one: Date, other: Date): { readonly from: Date; readonly to: Date } {
  const [first, last] = one <= other ? [one, other] : [other, one];
  return { from: dayStart(first), to: dayStart(last, 1) };
}
