/** Where to begin, what to ask for next, and what to let go: the plan behind a fast seek and a flat memory. */

import type { Run } from "./feed.ts";
import type { Line } from "./line.ts";

/** The first answer after a seek reaches this far beyond the picture that was asked for, so that playing can begin. */
export const FIRST_BEYOND_US = 2_000_000;
/** Later answers are large enough that asking costs nothing, small enough that a seek does not wait for one. */
export const RANGE_BYTES_MAX = 2 * 1024 * 1024;
/** All the way to a seek's target is needed before anything is seen; the server answers up to 16 MiB at once. */
export const SEEK_BYTES_MAX = 12 * 1024 * 1024;
/** The server answers up to 2,000 pieces at once. */
export const RANGE_PIECES_MAX = 1_500;
/** How far ahead of the playhead bytes are fetched, in media time at normal speed. */
export const AHEAD_US = 30_000_000;
/** What stays behind the playhead, so that a short step back needs no network. */
export const BEHIND_US = 30_000_000;

/** What a seek needs. `inside`: the browser holds it. `extend`: it lies ahead in the same run. `restart`: a new run. */
export type SeekPlan =
  | { readonly kind: "inside" }
  | { readonly kind: "extend" }
  | { readonly kind: "restart"; readonly key: number }
  | { readonly kind: "nothing" };

/** Plans a seek to a position in recorded media. `nothing` where the track has no picture there at all. */
export function planSeek(line: Line, run: Run | null, positionUs: number): SeekPlan {
  const at = Math.max(line.at(positionUs), 0);
  const key = Math.max(line.keyAtOrBefore(at), 0);
  if (line.length === 0) return { kind: "nothing" };
  if (run === null || at < run.first) return { kind: "restart", key };
  const exactToUs = Math.min(
    run.looseFromUs ?? Number.POSITIVE_INFINITY,
    run.behindOpenFromUs ?? Number.POSITIVE_INFINITY,
  );
  if (at < run.next && positionUs < exactToUs) return { kind: "inside" };
  // Going on from the end of the run costs all pictures up to the target; a key picture on the way is a shorter start.
  if (exactToUs === Number.POSITIVE_INFINITY && !run.open && key <= run.next) return { kind: "extend" };
  return { kind: "restart", key };
}

/** Whether a video that stands at a position can simply go on from there. */
export function canGoOn(line: Line, run: Run | null, positionUs: number): boolean {
  const at = Math.max(line.at(positionUs), 0);
  if (run === null || at < run.first || at >= run.next) return false;
  return run.looseFromUs === null || positionUs < run.looseFromUs;
}

/** A stretch of pieces within one segment, asked for in one request. Indexes are of the line, both inclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * The next stretch to ask for.
 *
 * @param from first piece that is not there yet.
 * @param playheadUs where the playhead is, or where a seek goes.
 * @param speed how fast it moves.
 * @returns null while enough is there. The first range after a seek ends soon behind the target.
 */
export function nextRange(line: Line, from: number, playheadUs: number, speed: number): Range | null {
  if (from >= line.length) return null;
  const horizonUs = playheadUs + AHEAD_US * Math.max(1, speed);
  if ((line.atUs[from] as number) > horizonUs) return null;
  const segment = line.piece(from).segment;
  const seeking = (line.atUs[from] as number) <= playheadUs;
  const limitUs = seeking ? playheadUs + FIRST_BEYOND_US : horizonUs;
  let bytes = 0;
  let to = from;
  for (let index = from; index < Math.min(line.length, from + RANGE_PIECES_MAX); index += 1) {
    const piece = line.piece(index);
    bytes += piece.bytes;
    if (piece.segment !== segment || piece.atUs > limitUs) break;
    const needed = seeking && piece.atUs <= playheadUs;
    if (index > from && bytes > (needed ? SEEK_BYTES_MAX : RANGE_BYTES_MAX)) break;
    to = index;
  }
  return { from, to };
}

/**
 * What may leave the browser's buffer.
 *
 * Browsers remove up to the next key picture after the end that they are told, so the end has to *be* a key picture:
 * the one that pictures `BEHIND_US` before the playhead depend on.
 *
 * @returns the key piece that becomes the run's first, or null while nothing is worth removing.
 */
export function evictTo(line: Line, run: Run, playheadUs: number): number | null {
  const keep = line.keyAtOrBefore(line.at(playheadUs - BEHIND_US));
  return keep > run.first && keep < run.next ? keep : null;
}
