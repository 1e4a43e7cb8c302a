/** The lines that are shown: pages at one end, what comes at the other, and never more than can be held. */

import { type LogLine, type LogPage, newestFirst } from "./logs.ts";

/** Lines that a page holds. */
export const LINES_MAX = 5_000;

export interface LogList {
  /** Newest first. */
  readonly lines: readonly LogLine[];
  /** Where older ones go on; null where there are none. */
  readonly next: string | null;
  /** Older ones are there, and not held as well. */
  readonly full: boolean;
}

export function listOf(page: LogPage): LogList {
  return { lines: page.lines, next: page.next, full: false };
}

/** With the next page at its end, as far as it can be held. */
export function withOlder(list: LogList, page: LogPage): LogList {
  const known = new Set(list.lines.map((one) => one.id));
  const lines = [...list.lines, ...page.lines.filter((one) => !known.has(one.id))];
  if (lines.length < LINES_MAX) return { lines, next: page.next, full: false };
  const held = lines.slice(0, LINES_MAX);
  const isAll = page.next === null && held.length === lines.length;
  return { lines: held, next: isAll ? null : (held.at(-1) as LogLine).id, full: !isAll };
}

/** Two lists, each newest first, as one; a line is in it once, however often it came. */
export function merged(lines: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] {
  if (more.length === 0) return lines;
  const known = new Set(lines.map((one) => one.id));
  const fresh = more.filter((one) => !known.has(one.id) && known.add(one.id));
  const last = fresh.at(-1);
  if (last === undefined) return lines;
  const first = lines[0];
  // As nearly always: all of it is newer.
  if (first === undefined || newestFirst(last, first) < 0) return [...fresh, ...lines];
  return [...fresh, ...lines].sort(newestFirst);
}

/** Those of some lines that belong into the list now: what is older than its end comes with the pages that follow. */
export function belonging(list: LogList, lines: readonly LogLine[]): readonly LogLine[] {
  const end = list.next === null ? undefined : list.lines.at(-1);
  return end === undefined ? lines : lines.filter((one) => newestFirst(one, end) < 0);
}

/**
 * With lines that have come, newest first. Past what can be held, the oldest ones go.
 */
export function withNewer(list: LogList, fresh: readonly LogLine[]): LogList {
  const lines = merged(list.lines, belonging(list, fresh));
  if (lines === list.lines) return list;
  if (lines.length <= LINES_MAX) return { ...list, lines };
  const held = lines.slice(0, LINES_MAX);
  return { lines: held, next: (held.at(-1) as LogLine).id, full: false };
}

/** Lines that wait until somebody wants them. */
export interface Waiting {
  /** Newest first. */
  readonly lines: readonly LogLine[];
  /** Some have come that are not among them: all is to be asked for again. */
  readonly overflowed: boolean;
}

export const NONE_WAITING: Waiting = { lines: [], overflowed: false };

export function withWaiting(waiting: Waiting, fresh: readonly LogLine[]): Waiting {
  const lines = merged(waiting.lines, fresh);
  return { lines: lines.slice(0, LINES_MAX), overflowed: waiting.overflowed || lines.length > LINES_MAX };
}

/** "12 new", or nothing. */
export function waitingText({ lines, overflowed }: Waiting): string {
  if (lines.length === 0 && !overflowed) return "";
  return `${lines.length.toLocaleString("en")}${overflowed ? "+" : ""} new`;
}
