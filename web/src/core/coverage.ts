/** What of a recording's timeline is covered, and what is missing. */

import type { Gap } from "./recording-index.ts";

/** As at the server: less is the time it takes to begin the next segment, and the clock's own steps. */
export const GAP_US_MIN = 1_000_000;

/** A stretch that was recorded, within one segment. */
export interface Span {
  readonly segment: number;
  readonly fromUs: number;
  readonly toUs: number;
}

/** What a position is. */
export type Place =
  | { readonly kind: "media"; readonly span: Span }
  | { readonly kind: "gap"; readonly gap: Gap }
  | { readonly kind: "end" };

/** What coverage is made of: segments in time order. */
export interface Covered {
  readonly offsetUs: number;
  readonly coveredUs: number;
}

/** What was recorded, in order, without overlap, and without what the server says is missing inside. */
export function spansOf(segments: readonly Covered[], stated: readonly Gap[]): Span[] {
  const spans: Span[] = [];
  segments.forEach((one, segment) => {
    const next = segments[segment + 1]?.offsetUs ?? Number.POSITIVE_INFINITY;
    const toUs = Math.min(one.offsetUs + one.coveredUs, next);
    let fromUs = one.offsetUs;
    for (const gap of stated) {
      if (gap.toUs <= fromUs || gap.fromUs >= toUs) continue;
      if (gap.fromUs > fromUs) spans.push({ segment, fromUs, toUs: gap.fromUs });
      fromUs = Math.max(fromUs, gap.toUs);
    }
    if (toUs > fromUs) spans.push({ segment, fromUs, toUs });
  });
  return spans;
}

/** The stretches between spans that are long enough to matter, with the server's reason where it gave one. */
export function gapsOf(spans: readonly Span[], stated: readonly Gap[]): Gap[] {
  const gaps: Gap[] = [];
  let coveredUs = 0;
  for (const { fromUs, toUs } of spans) {
    if (fromUs - coveredUs >= GAP_US_MIN) {
      const reason = stated.find((gap) => gap.fromUs < fromUs && gap.toUs > coveredUs)?.reason ?? "unknown";
      gaps.push({ fromUs: coveredUs, toUs: fromUs, reason });
    }
    coveredUs = Math.max(coveredUs, toUs);
  }
  return gaps;
}

/** What lies at a position. A hole too short to be a gap belongs to the span after it. */
export function placeAt(spans: readonly Span[], gaps: readonly Gap[], positionUs: number): Place {
  const span = spans.find((one) => positionUs < one.toUs);
  if (span === undefined) return { kind: "end" };
  const gap = gaps.find((one) => positionUs >= one.fromUs && positionUs < one.toUs);
  return gap === undefined ? { kind: "media", span } : { kind: "gap", gap };
}
