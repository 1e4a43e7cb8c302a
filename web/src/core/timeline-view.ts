/** The timeline's arithmetic: which part is seen, where a position lies in it, what is drawn along it. */

import type { Line } from "./line.ts";

/** The closest look: one second over the whole width. */
export const VIEW_US_MIN = 1_000_000;

/** The longest piece. */
const PIECE_US_MAX = 1_000_000;
/** What a key picture counts for: it is large because it stands alone, not because much changed. */
const KEY_BYTES = 4_000;

/** The part of the recording that the timeline shows. */
export interface View {
  readonly fromUs: number;
  readonly toUs: number;
}

/** A view of everything; never empty, so that nothing divides by zero. */
export function wholeView(endUs: number): View {
  return { fromUs: 0, toUs: Math.max(endUs, VIEW_US_MIN) };
}

/** Where a position lies in a view, 0 at its left and 1 at its right; outside it is below 0 or above 1. */
export function shareOf(view: View, positionUs: number): number {
  return (positionUs - view.fromUs) / (view.toUs - view.fromUs);
}

/** The position at a share of the view, kept within it. */
export function positionAt(view: View, share: number): number {
  return Math.round(view.fromUs + Math.max(0, Math.min(1, share)) * (view.toUs - view.fromUs));
}

/** A view `factor` times as long (below 1: closer) in which the position under `share` stays where it is. */
export function zoomed(view: View, share: number, factor: number, endUs: number): View {
  const whole = wholeView(endUs);
  const length = Math.max(VIEW_US_MIN, Math.min(whole.toUs, (view.toUs - view.fromUs) * factor));
  const anchorUs = view.fromUs + share * (view.toUs - view.fromUs);
  return within({ fromUs: anchorUs - share * length, toUs: anchorUs + (1 - share) * length }, whole.toUs);
}

/** A view moved by a share of its length. */
export function panned(view: View, share: number, endUs: number): View {
  const by = share * (view.toUs - view.fromUs);
  return within({ fromUs: view.fromUs + by, toUs: view.toUs + by }, wholeView(endUs).toUs);
}

function within(view: View, endUs: number): View {
  const length = view.toUs - view.fromUs;
  const fromUs = Math.max(0, Math.min(view.fromUs, endUs - length));
  return { fromUs, toUs: fromUs + length };
}

const STEPS_US = [
  100_000, 200_000, 500_000, 1e6, 2e6, 5e6, 10e6, 15e6, 30e6, 60e6, 120e6, 300e6, 600e6, 900e6, 1800e6, 3600e6, 7200e6,
  14_400e6, 21_600e6, 43_200e6, 86_400e6,
];

/** Positions for labels along a view, at round steps, at most `count`. */
export function tickMarks(view: View, count: number): { readonly stepUs: number; readonly marks: readonly number[] } {
  const wanted = (view.toUs - view.fromUs) / Math.max(1, count);
  const stepUs = STEPS_US.find((one) => one >= wanted) ?? Math.ceil(wanted / 86_400e6) * 86_400e6;
  const marks: number[] = [];
  for (let at = Math.ceil(view.fromUs / stepUs) * stepUs; at <= view.toUs; at += stepUs) marks.push(at);
  return { stepUs, marks };
}

/**
 * How much changed along a view, as `buckets` values from 0 to 1.
 *
 * The sizes of the pieces are the measure; key pictures say nothing about change and count as little. The scale is
 * the root of the share of the busiest bucket, so that typing is still seen beside a scrolled page.
 */
export function density(line: Line, view: View, buckets: number): Float32Array {
  const sums = new Float32Array(buckets);
  for (let index = Math.max(0, line.at(view.fromUs)); index < line.length; index += 1) {
    const piece = line.piece(index);
    if (piece.atUs > view.toUs) break;
    // A piece holds up to a second; what is on the screen longer than that does not change.
    const nextUs = line.atUs[index + 1] ?? piece.atUs + PIECE_US_MAX;
    const untilUs = Math.min(nextUs, piece.atUs + PIECE_US_MAX);
    const first = Math.max(0, Math.floor(shareOf(view, piece.atUs) * buckets));
    const last = Math.min(buckets - 1, Math.max(first, Math.ceil(shareOf(view, untilUs) * buckets) - 1));
    const bytes = piece.key ? Math.min(piece.bytes, KEY_BYTES) : piece.bytes;
    for (let bucket = first; bucket <= last; bucket += 1) {
      sums[bucket] = (sums[bucket] as number) + bytes / (last - first + 1);
    }
  }
  const top = Math.max(...sums);
  return top === 0 ? sums : sums.map((sum) => Math.sqrt(sum / top));
}
