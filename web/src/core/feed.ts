/**
 * Which piece goes to the browser next, when, and how it lies there.
 *
 * A *run* is what the browser holds: pieces of one line in a row, from a key picture on. A picture stays until the
 * next one, so a piece ends where its successor begins. At the edge of what is known the successor is not there yet,
 * and browsers disagree about a picture that turns out to end sooner than was said (docs/decisions/0005):
 *
 * - `overlap`: the last picture is given a long end, and its successor is laid over that where it belongs. This is
 *   what the standard describes, and what Chromium does well while its clock runs. A picture that ends at once it may
 *   never show; and a seek shows the first picture on the way that was *said* to reach the target, so that whoever goes
 *   back to what lies behind a long end must begin a new run.
 * - `join`: for Firefox, which freezes on overlaps. The last picture is given a nominal end; when its successor is
 *   known *and due*, that is laid from this end on, and so joins without a hole. A stretch laid like that is *loose*:
 *   its pictures are right at the moment they are shown, but a later look at it must begin a new run.
 */

import { GAP_US_MIN } from "./coverage.ts";
import type { Line, Piece, SegmentEnd } from "./line.ts";

/** Nominal length of a picture whose end is not known: below the frame interval of 15 fps, the most that is captured. */
export const NOMINAL_US = 40_000;

/** The long end: more than the ten seconds after which a still picture is repeated. */
export const OPEN_US = 60_000_000;

/** How pictures of unknown end are laid. */
export type Joining = "overlap" | "join";

/** A seam this small is rounding, not a hole. */
export const SEAM_US = 1_000;

/** What the browser's buffer holds. Indexes are of the line. */
export interface Run {
  readonly first: number;
  readonly next: number;
  /** Where the last appended picture begins and ends. */
  readonly lastUs: number;
  readonly endUs: number;
  /** From here on the run is loose; null while every picture lies where it belongs. */
  readonly looseFromUs: number | null;
  /** Whether the last picture has the long end. */
  readonly open: boolean;
  /** From here on pictures lie behind one with the long end: right as the clock runs, but not for a seek. */
  readonly behindOpenFromUs: number | null;
}

export interface FeedLimits {
  readonly joining: Joining;
  /** How far before it is due a piece with an uncertain place may be appended. */
  readonly leadUs: number;
  /** How far ahead of the playhead pieces are appended at all. */
  readonly aheadUs: number;
}

/** What to do next. `due`: nothing before the playhead reaches `atUs`. `full`: enough is there. `end`: no more is known. */
export type Feed =
  | {
      readonly kind: "append";
      readonly index: number;
      readonly piece: Piece;
      readonly startUs: number;
      readonly endUs: number | null;
      /** How long the last picture is said to be where its end is not known. */
      readonly nominalUs: number;
      /** Whether the piece needs the initialisation segment of its epoch first. */
      readonly initialise: boolean;
      readonly loose: boolean;
    }
  | { readonly kind: "due"; readonly index: number; readonly atUs: number }
  | { readonly kind: "full" }
  | { readonly kind: "end" };

/** A run that begins with this key piece and holds nothing yet. */
export function beginRun(line: Line, key: number): Run {
  const atUs = line.atUs[key] as number;
  return { first: key, next: key, lastUs: atUs, endUs: atUs, looseFromUs: null, open: false, behindOpenFromUs: null };
}

/** The next step for a run, with the playhead at a position. */
export function nextFeed(
  line: Line,
  ends: readonly SegmentEnd[],
  run: Run,
  playheadUs: number,
  limits: FeedLimits,
): Feed {
  if (run.next >= line.length) return { kind: "end" };
  const piece = line.piece(run.next);
  const overlaps = limits.joining === "overlap";
  const continues = run.next > run.first && line.continues(run.next);
  // A hole between segments that is too short to be a gap is bridged; before a gap the media simply ends.
  const bridged = run.next > run.first && Math.abs(piece.atUs - run.endUs) < GAP_US_MIN;
  const joinedUs = overlaps ? Math.min(run.endUs, piece.atUs) : run.endUs;
  const startUs = continues || bridged ? joinedUs : piece.atUs;
  const endUs = line.endUs(run.next, ends);
  const hole = continues && piece.atUs - startUs > SEAM_US;
  const loose = hole || (endUs === null && !overlaps);
  if (loose && playheadUs < piece.atUs - limits.leadUs) return { kind: "due", index: run.next, atUs: piece.atUs };
  if (piece.atUs > playheadUs + limits.aheadUs) return { kind: "full" };
  const before = run.next > run.first ? line.piece(run.next - 1) : null;
  const initialise = before === null || before.segment !== piece.segment || before.epoch !== piece.epoch;
  const nominalUs = overlaps ? OPEN_US : NOMINAL_US;
  return { kind: "append", index: run.next, piece, startUs, endUs, nominalUs, initialise, loose };
}

/** The run after a piece was appended whose last picture lies from `lastUs` to `endUs`. */
export function fed(run: Run, feed: Extract<Feed, { kind: "append" }>, lastUs: number, endUs: number): Run {
  const looseFromUs = run.looseFromUs ?? (feed.loose ? feed.startUs : null);
  const open = feed.endUs === null && feed.nominalUs === OPEN_US;
  const behindOpenFromUs = run.behindOpenFromUs ?? (run.open ? feed.startUs : null);
  return { first: run.first, next: feed.index + 1, lastUs, endUs, looseFromUs, open, behindOpenFromUs };
}
