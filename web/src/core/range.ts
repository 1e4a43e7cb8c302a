/** A part of a recording that plays over and over: set by two marks, by a drag, or by a link. */

/** Shorter ones are a slip of the hand: three pictures at 5 a second. */
export const RANGE_US_MIN = 600_000;

export interface PlayRange {
  readonly fromUs: number;
  readonly toUs: number;
}

/** What has been marked so far: either end may still be missing. */
export interface Marks {
  readonly inUs: number | null;
  readonly outUs: number | null;
}

export const NO_MARKS: Marks = { inUs: null, outUs: null };

/** The marks after one end was set. The other end stays where it makes a range with it, and is forgotten elsewhere. */
export function marked(marks: Marks, end: "in" | "out", positionUs: number): Marks {
  const atUs = Math.max(0, Math.round(positionUs));
  if (end === "in") {
    const { outUs } = marks;
    return { inUs: atUs, outUs: outUs !== null && outUs - atUs >= RANGE_US_MIN ? outUs : null };
  }
  const { inUs } = marks;
  // An end without a beginning is meant from the recording's beginning on.
  const beginUs = inUs === null && atUs >= RANGE_US_MIN ? 0 : inUs;
  return beginUs !== null && atUs - beginUs >= RANGE_US_MIN
    ? { inUs: beginUs, outUs: atUs }
    : { inUs: null, outUs: atUs };
}

/** The range that two marks make, or null. */
export function rangeOf(marks: Marks): PlayRange | null {
  return marks.inUs === null || marks.outUs === null ? null : { fromUs: marks.inUs, toUs: marks.outUs };
}

/** A range within a recording's length, or null where too little of it is left. */
export function clipped(range: PlayRange, endUs: number): PlayRange | null {
  const fromUs = Math.max(0, Math.min(range.fromUs, range.toUs));
  const toUs = Math.min(endUs, Math.max(range.fromUs, range.toUs));
  return toUs - fromUs >= RANGE_US_MIN ? { fromUs, toUs } : null;
}

/** Where playing goes on when it ran over the end of the range, or null. Whoever left the range by a seek is let go. */
export function loopBack(range: PlayRange | null, beforeUs: number, afterUs: number): number | null {
  if (range === null || beforeUs < range.fromUs || beforeUs >= range.toUs) return null;
  return afterUs >= range.toUs ? range.fromUs : null;
}
