/** A day, or part of one, as a strip: what is drawn, the hours below it, and what lies at a place. */

import { KINDS, type Kind, lookOf } from "./reasons.ts";
import type { StripSpan } from "./site-coverage.ts";

/** Height of a strip in the units of its drawing; the width is the length of its time in seconds. */
export const STRIP_HEIGHT = 24;
/** Part of the height that a break in the middle takes. */
const BREAK = 6;

const HOUR_MS = 3_600_000;

/** All stretches of one kind, as the path of an SVG. */
export interface StripPath {
  readonly kind: Kind;
  readonly path: string;
}

function box(fromS: number, toS: number, top: number, bottom: number): string {
  return `M${fromS} ${top}H${toS}V${bottom}H${fromS}z`;
}

function boxes(span: StripSpan): string {
  const { height, broken } = lookOf(span.kind);
  const [fromS, toS] = [span.fromMs / 1000, span.toMs / 1000];
  // What is black is framed on all sides: on a dark page it would look like nothing at all.
  if (span.kind === "blackout") return box(fromS, toS, 1, STRIP_HEIGHT - 1);
  const top = Math.round(STRIP_HEIGHT * (1 - height));
  if (!broken) return box(fromS, toS, top, STRIP_HEIGHT);
  const half = (STRIP_HEIGHT - BREAK) / 2;
  return box(fromS, toS, 0, half) + box(fromS, toS, half + BREAK, STRIP_HEIGHT);
}

/** What is drawn, in the order of drawing: one path for each kind there is, what is missing over what is there. */
export function stripPaths(spans: readonly StripSpan[]): StripPath[] {
  const paths = new Map<Kind, string>();
  for (const span of spans) paths.set(span.kind, (paths.get(span.kind) ?? "") + boxes(span));
  return KINDS.flatMap((kind) => {
    const path = paths.get(kind);
    return path === undefined ? [] : [{ kind, path }];
  });
}

/** What lies at a moment, or null. One that is narrower than the pointer's slack is still found, the shortest first. */
export function spanAt(spans: readonly StripSpan[], atMs: number, slackMs = 0): StripSpan | null {
  let found: StripSpan | null = null;
  for (const span of spans) {
    const length = span.toMs - span.fromMs;
    const slack = length < 2 * slackMs ? slackMs : 0;
    if (atMs < span.fromMs - slack || atMs >= span.toMs + slack) continue;
    if (found === null || length < found.toMs - found.fromMs) found = span;
  }
  return found;
}

/** What is missing of a day, in order. Stretches of one reason that touch are one. */
export function missingSpans(spans: readonly StripSpan[]): StripSpan[] {
  const found: StripSpan[] = [];
  for (const span of spans.toSorted((one, other) => one.fromMs - other.fromMs)) {
    if (span.kind === "kept") continue;
    const last = found.at(-1);
    if (last?.kind === span.kind && last.toMs === span.fromMs) {
      found[found.length - 1] = { ...last, toMs: span.toMs };
    } else found.push(span);
  }
  return found;
}

export interface HourMark {
  readonly atMs: number;
  /** The hour where the site is: "9". */
  readonly text: string;
}

/** A time zone as the browser knows it; what it does not know is the reader's own. */
export function knownZone(timeZone: string): string | undefined {
  try {
    new Intl.DateTimeFormat(undefined, { timeZone });
    return timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Every so many hours of a day from its beginning to its end, by the site's clock; some days have 23 or 25. */
export function hourMarks(from: Date, to: Date, timeZone: string, everyHours: number): HourMark[] {
  const zone = knownZone(timeZone);
  const style = { hour: "numeric", hourCycle: "h23", ...(zone === undefined ? {} : { timeZone: zone }) } as const;
  const format = new Intl.DateTimeFormat("en-GB", style);
  const marks: HourMark[] = [];
  let last = -1;
  for (let atMs = 0; atMs < to.getTime() - from.getTime(); atMs += HOUR_MS) {
    const hour = Number.parseInt(format.format(new Date(from.getTime() + atMs)), 10);
    if (hour % everyHours === 0 && hour !== last) marks.push({ atMs, text: String(hour) });
    last = hour;
  }
  return marks;
}

/** The part of a day that is drawn, in milliseconds from its beginning. */
export interface StripWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The hours in which anything is to be seen, from one mark to another: few people work at night, and what is drawn
 * larger is read more easily. Marks are far apart, so that it seldom changes while a day goes on.
 */
export function busyWindow(
  strips: readonly (readonly StripSpan[])[],
  lengthMs: number,
  nowMs: number | null,
  marks: readonly HourMark[],
): StripWindow {
  const begins = strips.flatMap((spans) => (spans.length === 0 ? [] : [Math.min(...spans.map((one) => one.fromMs))]));
  const ends = strips.flatMap((spans) => (spans.length === 0 ? [] : [Math.max(...spans.map((one) => one.toMs))]));
  if (begins.length === 0) return { fromMs: 0, toMs: lengthMs };
  const first = begins.reduce((least, one) => Math.min(least, one));
  const last = ends.reduce((most, one) => Math.max(most, one), nowMs ?? 0);
  const fromMs = marks.findLast((one) => one.atMs <= first)?.atMs ?? 0;
  const toMs = marks.find((one) => one.atMs >= last && one.atMs > fromMs)?.atMs ?? lengthMs;
  return { fromMs, toMs };
}

/** A moment of a day by the site's clock: `10:42`, and with `fine` the seconds. */
export function momentOfDay(from: Date, atMs: number, timeZone: string, fine = false, locale?: string): string {
  const style = { hour: "2-digit", minute: "2-digit", ...(fine ? ({ second: "2-digit" } as const) : {}) } as const;
  const zone = knownZone(timeZone);
  const options = zone === undefined ? style : { ...style, timeZone: zone };
  return new Date(from.getTime() + atMs).toLocaleTimeString(locale, options);
}
