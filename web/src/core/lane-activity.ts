/** The lane of change: a silhouette of how much happened on the screen, told by the sizes of the pieces. */

import { STILL_BYTES_MAX } from "./idle.ts";
import type { Frame, Lane, Shape } from "./lanes.ts";
import type { Line } from "./line.ts";
import { lengthOf } from "./timeline-view.ts";

/** The longest piece: what is on the screen longer than that does not change. */
const PIECE_US_MAX = 1_000_000;
/** What a key picture counts for at most: it is large because it stands alone, not because much changed. */
const KEY_BYTES_MAX = 4_000;
/** Where hardly anything changed at all, that is not blown up: a line of typed text a second is the least measure. */
const USUAL_MIN = STILL_BYTES_MAX / 1_000_000;
/** A bar is at least this wide; the next power of two of microseconds decides, so that bars stay when the view moves. */
const BAR_PX_MIN = 2;

/** What is known of a piece that is no key picture. A still or a blinking caret counts a tenth. */
function plainWeight(line: Line, index: number): number {
  if (index < 0 || index >= line.length || line.isKey(index)) return 0;
  const bytes = line.bytesOf(index);
  return bytes <= STILL_BYTES_MAX ? bytes / 10 : bytes;
}

/** How much a piece tells about change, in bytes. A key picture tells what its neighbours do. */
function weight(line: Line, index: number): number {
  if (!line.isKey(index)) return plainWeight(line, index);
  return Math.min(KEY_BYTES_MAX, Math.max(plainWeight(line, index - 1), plainWeight(line, index + 1)));
}

function untilUs(line: Line, index: number): number {
  const atUs = line.atUs[index] as number;
  const nextUs = line.atUs[index + 1] ?? Number.POSITIVE_INFINITY;
  return Math.min(nextUs, atUs + PIECE_US_MAX);
}

/** Bytes in each of `count` stretches of `stretchUs` from `fromUs` on; a piece counts evenly from its begin to its end. */
export function changeIn(line: Line, fromUs: number, stretchUs: number, count: number): Float32Array {
  const sums = new Float32Array(count);
  const toUs = fromUs + stretchUs * count;
  for (let index = Math.max(0, line.at(fromUs)); index < line.length; index += 1) {
    const atUs = line.atUs[index] as number;
    if (atUs >= toUs) break;
    const endUs = untilUs(line, index);
    const density = weight(line, index) / (endUs - atUs);
    const first = Math.max(0, Math.floor((atUs - fromUs) / stretchUs));
    const last = Math.min(count - 1, Math.ceil((endUs - fromUs) / stretchUs) - 1);
    for (let at = first; at <= last; at += 1) {
      const beginUs = Math.max(atUs, fromUs + at * stretchUs);
      const stopUs = Math.min(endUs, fromUs + (at + 1) * stretchUs);
      sums[at] = (sums[at] as number) + density * (stopUs - beginUs);
    }
  }
  return sums;
}

/**
 * The usual rate of change while something changes, in bytes a microsecond: the measure for the height.
 *
 * It belongs to the recording and not to what is seen of it, so heights stay as they are when the view moves; and it
 * changes little with each piece, so they stay as the recording grows.
 */
export function usualRate(line: Line): number {
  let bytes = 0;
  let us = 0;
  for (let index = 0; index < line.length; index += 1) {
    if (line.isKey(index) || line.bytesOf(index) <= STILL_BYTES_MAX) continue;
    bytes += line.bytesOf(index);
    us += untilUs(line, index) - (line.atUs[index] as number);
  }
  return Math.max(USUAL_MIN, us === 0 ? 0 : bytes / us);
}

/** Heights from 0 to 1: the usual rate is at 0.7, typing is still seen beside it, a scrolled page nears the top. */
export function heights(rates: Float32Array, usual: number): Float32Array {
  return rates.map((rate) => {
    const times = rate / usual;
    return Math.sqrt(times / (times + 1));
  });
}

/** A silhouette is calm where neighbours weigh in. The ends stay as they are. */
export function smoothed(values: Float32Array): Float32Array {
  return values.map((value, at) => {
    const before = values[at - 1] ?? value;
    const after = values[at + 1] ?? value;
    return (before + 2 * value + after) / 4;
  });
}

/** The smallest power of two of microseconds that is wide enough for a bar. */
export function barUs(usPerPx: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, usPerPx * BAR_PX_MIN)));
}

/** The lane of a line of pieces. */
export function activityLane(line: Line): Lane {
  const usual = usualRate(line);
  let kept: { readonly key: string; readonly tops: Float32Array } = { key: "", tops: new Float32Array(0) };
  const topsOf = (stretchUs: number, first: number, count: number): Float32Array => {
    // Only the newest: a playhead that moves asks for the same again and again.
    const key = `${stretchUs} ${first} ${count}`;
    if (kept.key !== key) {
      const sums = changeIn(line, first * stretchUs, stretchUs, count);
      kept = {
        key,
        tops: smoothed(
          heights(
            sums.map((sum) => sum / stretchUs),
            usual,
          ),
        ),
      };
    }
    return kept.tops;
  };
  return {
    id: "activity",
    stops: [],
    notes: () => [],
    plan(frame: Frame): readonly Shape[] {
      const { view, width, unit } = frame;
      if (line.length === 0 || width <= 0) return [];
      const usPerPx = lengthOf(view) / width;
      const stretchUs = barUs(usPerPx * unit);
      // One more at either side, so that the silhouette goes on past the edge.
      const first = Math.floor(view.fromUs / stretchUs) - 1;
      const count = Math.ceil(view.toUs / stretchUs) + 1 - first;
      const left = ((first + 0.5) * stretchUs - view.fromUs) / usPerPx;
      const tops = topsOf(stretchUs, first, count);
      return [{ kind: "area", left, step: stretchUs / usPerPx, tone: "change", tops }];
    },
  };
}
