/** Idle stretches: where nothing changed on the screen, as far as the sizes of the pieces tell. */

import type { Line, SegmentEnd } from "./line.ts";

/** A piece up to this size repeats a still screen or blinks a caret; a line of typed text needs more. */
export const STILL_BYTES_MAX = 1_000;
/** Shorter rests belong to working. */
export const IDLE_US_MIN = 5_000_000;
/** Of a skipped stretch this much stays visible at its end, so that what happens next has a beginning. */
export const RUN_UP_US = 500_000;

export interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

/** All idle stretches of a line, in order. A stretch never crosses a segment's end. */
export function idleStretches(line: Line, ends: readonly SegmentEnd[]): Stretch[] {
  const stretches: Stretch[] = [];
  let fromUs: number | null = null;
  for (let index = 0; index < line.length; index += 1) {
    const piece = line.piece(index);
    const endUs = line.endUs(index, ends);
    const still = piece.bytes <= STILL_BYTES_MAX;
    // What follows a change stands still as well, from the change on to the next one.
    if (!still && fromUs !== null) {
      add(stretches, fromUs, piece.atUs);
      fromUs = null;
    }
    fromUs ??= piece.atUs;
    if (endUs !== null && (index + 1 >= line.length || !line.continues(index + 1))) {
      add(stretches, fromUs, endUs);
      fromUs = null;
    } else if (!still) {
      fromUs = piece.atUs;
    }
  }
  return stretches;
}

function add(stretches: Stretch[], fromUs: number, toUs: number): void {
  if (toUs - fromUs >= IDLE_US_MIN) stretches.push({ fromUs, toUs });
}

/** Where to go on when idle stretches are skipped: the end of the one at a position, or null outside of any. */
export function skipFrom(stretches: readonly Stretch[], positionUs: number): number | null {
  const stretch = stretches.find((one) => positionUs >= one.fromUs && positionUs < one.toUs - RUN_UP_US);
  // The first second shows that the screen came to rest, and what it shows then.
  if (stretch === undefined || positionUs < stretch.fromUs + 1_000_000) return null;
  return stretch.toUs - RUN_UP_US;
}

/** How much time skipping saves from a position on. */
export function savedUs(stretches: readonly Stretch[], fromUs = 0): number {
  let saved = 0;
  for (const stretch of stretches) {
    const begin = Math.max(stretch.fromUs + 1_000_000, fromUs);
    saved += Math.max(0, stretch.toUs - RUN_UP_US - begin);
  }
  return saved;
}
