/** Instants as people say them: how long ago, and which day and time. */

import { clockText, dayText, shortDayText } from "./time.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Days that stand within a sentence. */
const within = (words: string): string => words.replace(/^(Today|Yesterday)/, (day) => day.toLowerCase());

/** `just now`, `5 min ago`, `3 h ago`; what is older says its day, short. Clocks that differ make nothing come from the future. */
export function agoText(at: Date, now: Date, locale?: string): string {
  const ms = Math.max(0, now.getTime() - at.getTime());
  if (ms < MINUTE_MS) return "just now";
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ago`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ago`;
  const day = dayText(at, now, locale);
  if (day === "Yesterday") return within(day);
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return at.toLocaleDateString(locale, { day: "numeric", month: "short", ...year });
}

/** `Today, 10:42`; with `fine` the seconds. */
export function whenText(at: Date, now: Date, fine = false, locale?: string): string {
  return `${dayText(at, now, locale)}, ${clockText(at, fine, locale)}`;
}

/** For a column: `Today, 10:42`, `17 Nov, 10:42`. */
export function shortWhenText(at: Date, now: Date, locale?: string): string {
  return `${shortDayText(at, now, locale)}, ${clockText(at, false, locale)}`;
}

/** The same within a sentence: `since today, 10:42`. */
export function sinceText(at: Date, now: Date, locale?: string): string {
  return within(whenText(at, now, false, locale));
}

/** `5 min`, `3 h`, `2 days`: how long something still lasts, rounded up. */
export function untilText(at: Date, now: Date): string {
  const ms = Math.max(0, at.getTime() - now.getTime());
  if (ms <= HOUR_MS) return `${Math.max(1, Math.ceil(ms / MINUTE_MS))} min`;
  if (ms <= 2 * DAY_MS) return `${Math.ceil(ms / HOUR_MS)} h`;
  return `${Math.ceil(ms / DAY_MS)} days`;
}
