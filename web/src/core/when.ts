/** Times as people say them: "today", "last Tuesday", "17 Nov", "last 3 hours", "Monday to Wednesday", "14:00 to 14:30". */

/** A stretch of time; `to` is exclusive. Null at an open end. */
export interface TimeRange {
  readonly from: Date | null;
  readonly to: Date | null;
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** Nobody looks further back in hours, days or weeks than this many. */
const COUNT_MAX = 999;

/** The midnight that begins a day, some days on. Days are counted by the calendar: not all have 24 hours. */
export function dayStart(of: Date, days = 0): Date {
  return new Date(of.getFullYear(), of.getMonth(), of.getDate() + days);
}

const days = (from: Date, count: number): TimeRange => ({ from, to: dayStart(from, count) });

/** Monday of the week. */
function weekStart(of: Date, weeks = 0): Date {
  return dayStart(of, -((of.getDay() + 6) % 7) + 7 * weeks);
}

function fixed(words: string, now: Date): TimeRange | null {
  switch (words) {
    case "today":
      return days(dayStart(now), 1);
    case "yesterday":
      return days(dayStart(now, -1), 1);
    case "this week":
      return days(weekStart(now), 7);
    case "last week":
      return days(weekStart(now, -1), 7);
    case "this month":
      return {
        from: new Date(now.getFullYear(), now.getMonth(), 1),
        to: new Date(now.getFullYear(), now.getMonth() + 1, 1),
      };
    case "last month":
      return {
        from: new Date(now.getFullYear(), now.getMonth() - 1, 1),
        to: new Date(now.getFullYear(), now.getMonth(), 1),
      };
    default:
      return null;
  }
}

/** The latest such weekday before today. */
function weekday(words: string, now: Date): TimeRange | null {
  const name = /^(?:last )?([a-z]{3,9})$/.exec(words)?.[1];
  const wanted = name === undefined ? -1 : WEEKDAYS.findIndex((one) => one.startsWith(name));
  if (wanted < 0) return null;
  return days(dayStart(now, -(((now.getDay() - wanted + 6) % 7) + 1)), 1);
}

function recent(words: string, now: Date): TimeRange | null {
  const match = /^last (\d{1,3}) (minute|hour|day|week)s?$/.exec(words);
  if (match === null) return null;
  const count = Math.min(COUNT_MAX, Number(match[1]));
  if (match[2] === "day") return { from: dayStart(now, 1 - count), to: dayStart(now, 1) };
  if (match[2] === "week") return { from: dayStart(now, 1 - 7 * count), to: dayStart(now, 1) };
  const unitMs = match[2] === "hour" ? 3_600_000 : 60_000;
  return { from: new Date(now.getTime() - count * unitMs), to: null };
}

function valid(year: number, month: number, day: number): Date | null {
  const date = new Date(year, month, day);
  return date.getMonth() === month && date.getDate() === day ? date : null;
}

/** A date; without a year the latest that is not in the future. */
function date(words: string, now: Date): Date | null {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(words);
  if (iso !== null) return valid(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]));
  const match = /^(\d{1,2})\.? ([a-z]{3,9})(?: (\d{4}))?$/.exec(words);
  if (match === null) return null;
  const month = MONTHS.findIndex((one) => (match[2] as string).startsWith(one));
  if (month < 0) return null;
  const year = match[3] === undefined ? now.getFullYear() : Number(match[3]);
  const found = valid(year, month, Number(match[1]));
  if (found === null || match[3] !== undefined || found <= now) return found;
  return valid(year - 1, month, Number(match[1]));
}

const CLOCK = /^(?:(.+) )?(\d{1,2}):(\d{2})(?::(\d{2}))?$/;

/**
 * A minute or a second: of the day named before it, else of `day`, else of the latest day on which it is not in the
 * future.
 */
function clock(words: string, now: Date, day: Date | null = null): TimeRange | null {
  const [, named, ...parts] = CLOCK.exec(words) ?? [];
  const [hour = 24, minute = 60, second = 0] = parts.flatMap((part) => (part === undefined ? [] : [Number(part)]));
  if (hour > 23 || minute > 59 || second > 59) return null;
  const on = named === undefined ? day : (single(named, now)?.from ?? null);
  if (on === null && named !== undefined) return null;
  const at = (of: Date, days = 0): Date =>
    new Date(of.getFullYear(), of.getMonth(), of.getDate() + days, hour, minute, second);
  const from = on === null && at(now) > now ? at(now, -1) : at(on ?? now);
  return { from, to: new Date(from.getTime() + (parts[2] === undefined ? 60_000 : 1_000)) };
}

function single(words: string, now: Date): TimeRange | null {
  const moment = clock(words, now);
  if (moment !== null) return moment;
  const day = date(words, now);
  if (day !== null) return days(day, 1);
  return fixed(words, now) ?? weekday(words, now) ?? recent(words, now);
}

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s,]+/g, " ");

/** What somebody typed, as a stretch of time; null where it cannot be understood. */
export function parseWhen(text: string, now: Date): TimeRange | null {
  const words = plain(text);
  const one = single(words, now);
  if (one !== null) return one;
  const since = /^since (.+)$/.exec(words);
  if (since !== null) {
    const begin = single(since[1] as string, now);
    return begin === null ? null : { from: begin.from, to: null };
  }
  const [first, second, more] = words.split(/ (?:to|until|–|-) /);
  if (first === undefined || second === undefined || more !== undefined) return null;
  const from = single(first, now)?.from ?? null;
  // "Monday 14:00 to 15:00" ends on Monday, too.
  const to = (CLOCK.test(first) ? clock(second, now, from) : null)?.to ?? single(second, now)?.to ?? null;
  return from === null || to === null || from >= to ? null : { from, to };
}

/** The stretch of a name in the address, such as `last-tuesday`. */
export function rangeOf(name: string, now: Date): TimeRange | null {
  return single(name.replaceAll("-", " "), now);
}

/** The name for the address of what somebody typed: only for what moves with the day and can be said in few words. */
export function whenName(text: string, now: Date): string | null {
  const words = plain(text);
  if (date(words, now) !== null || CLOCK.test(words) || single(words, now) === null) return null;
  const day = weekday(words, now);
  if (fixed(words, now) === null && day !== null) return `last-${WEEKDAYS[(day.from as Date).getDay()]}`;
  return words.replaceAll(" ", "-");
}

/** A name of the address in words: `last-tuesday` is "Last Tuesday". */
export function whenText(name: string): string {
  const words = name
    .split("-")
    .map((word) => (WEEKDAYS.includes(word) ? word.charAt(0).toUpperCase() + word.slice(1) : word))
    .join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A stretch in words, in the reader's language: one day, several days, or from minute to minute. */
export function rangeText(range: TimeRange, locale?: string): string {
  const whole = (at: Date | null): boolean => at === null || at.getTime() === dayStart(at).getTime();
  const day = (at: Date): string => at.toLocaleDateString(locale, { day: "numeric", month: "short", year: "numeric" });
  const minute = (at: Date): string =>
    at.toLocaleString(locale, {
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      ...(at.getSeconds() === 0 ? {} : { second: "2-digit" }),
    });
  const { from, to } = range;
  if (!whole(from) || !whole(to)) {
    return `${from === null ? "…" : minute(from)} – ${to === null ? "…" : minute(to)}`;
  }
  const last = to === null ? null : dayStart(to, -1);
  if (from === null) return last === null ? "Any time" : `Until ${day(last)}`;
  if (last === null) return `Since ${day(from)}`;
  return day(from) === day(last) ? day(from) : `${day(from)} – ${day(last)}`;
}
