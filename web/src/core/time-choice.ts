/** When, as somebody has chosen it: in an address, in words, and as instants to ask for. */

import { rangeOf, rangeText, type TimeRange, whenText } from "./when.ts";

/** What a list is narrowed to: a time in words (`last-tuesday`), which moves with the day; or instants, which do not. */
export interface TimeChoice {
  readonly when: string | null;
  /** ISO 8601. */
  readonly from: string | null;
  readonly to: string | null;
}

export const ANY_TIME: TimeChoice = { when: null, from: null, to: null };

export function isAnyTime(time: TimeChoice): boolean {
  return time.when === null && time.from === null && time.to === null;
}

function instantIn(text: string | null): string | null {
  return text !== null && !Number.isNaN(Date.parse(text)) ? text : null;
}

/** Reads an address. */
export function readTime(params: URLSearchParams): TimeChoice {
  const when = params.get("when");
  return {
    when: when !== null && /^[a-z0-9-]{1,32}$/.test(when) ? when : null,
    from: instantIn(params.get("from")),
    to: instantIn(params.get("to")),
  };
}

/** Writes it into an address. */
export function writeTime(time: TimeChoice, params: URLSearchParams): void {
  if (time.when !== null) params.set("when", time.when);
  if (time.from !== null) params.set("from", time.from);
  if (time.to !== null) params.set("to", time.to);
}

/** Writes it as the instants that the server is asked for. */
export function askTime(time: TimeChoice, params: URLSearchParams, now: Date): void {
  const range = time.when === null ? null : rangeOf(time.when, now);
  const from = range?.from?.toISOString() ?? time.from;
  const to = range?.to?.toISOString() ?? time.to;
  if (from !== null) params.set("from", from);
  if (to !== null) params.set("to", to);
}

const dateIn = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** The stretch that is chosen; null where none is, or its words are not understood. */
export function chosenRange(time: TimeChoice, now: Date): TimeRange | null {
  if (time.when !== null) return rangeOf(time.when, now);
  return time.from === null && time.to === null ? null : { from: dateIn(time.from), to: dateIn(time.to) };
}

/** The choice in words. */
export function chosenText(time: TimeChoice, locale?: string): string {
  return time.when === null ? rangeText({ from: dateIn(time.from), to: dateIn(time.to) }, locale) : whenText(time.when);
}
