/** Which picture of a recording stands for it. */

import type { RecordingIndex } from "./recording-index.ts";

export interface Poster {
  readonly segment: string;
  readonly record: number;
}

/** Where the picture is taken: the beginning is a desktop, the end a farewell. */
export const POSTER_SHARE = 0.35;

/** The thumbnail nearest to about a third of the recording; null where there are none. */
export function posterOf(index: Pick<RecordingIndex, "segments" | "durationUs">): Poster | null {
  const wantedUs = index.durationUs * POSTER_SHARE;
  let best: Poster | null = null;
  let nearestUs = Number.POSITIVE_INFINITY;
  for (const segment of index.segments) {
    for (const { record, atUs } of segment.thumbnails) {
      const awayUs = Math.abs(segment.offsetUs + atUs - wantedUs);
      if (awayUs < nearestUs) {
        nearestUs = awayUs;
        best = { segment: segment.id, record };
      }
    }
  }
  return best;
}
