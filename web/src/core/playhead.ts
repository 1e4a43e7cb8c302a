/**
 * The playhead: the one clock of the player. The page shows it; the video follows it, or leads it where the video
 * has plenty to play.
 *
 * - Where exact media lies ahead, the video's own clock is the smoothest, so it leads.
 * - On the last picture the browser has, the video stands (browsers stall there, each in its own way) but time does
 *   not: an unchanged screen is a still picture, not a stall. The playhead goes on by itself; the video catches up.
 * - In a gap there is no picture; the playhead counts on for a moment, so that a person sees that something is
 *   missing and how much, and then goes to the gap's end.
 * - Live, the playhead is steered to stay just behind the newest durable position.
 */

import type { Place } from "./coverage.ts";
import type { Feed, Run } from "./feed.ts";
import { followRate, steer } from "./live-edge.ts";

/** A gap is shown for this long before playing crosses it, however long it was. */
export const GAP_SHOWN_MS = 2_000;
/** Video and playhead count as together within this distance. */
export const TOGETHER_US = 250_000;
/** If the video cannot catch up within this time, the playhead waits for it. */
export const CATCH_UP_MS = 2_000;
/** A live video this far behind the newest picture's beginning has slept: it is set, not hurried. */
export const NUDGE_US = 3_000_000;
/** Comparisons with the end of a run or of a span allow for rounding. */
const EDGE_US = 2_000;

/** What the playhead does. `loading`: the picture for its position is on the way. */
export type Motion = "paused" | "media" | "hold" | "gap" | "live" | "loading" | "ended";

export interface Playhead {
  readonly positionUs: number;
  readonly playing: boolean;
  readonly live: boolean;
  readonly speed: number;
  readonly motion: Motion;
  /** How long the gap under the playhead has been shown. */
  readonly gapShownMs: number;
  /** How long the video has been catching up. */
  readonly trailMs: number;
}

/** What the playhead sees at a tick. */
export interface Sight {
  readonly elapsedMs: number;
  readonly place: Place;
  readonly run: Run | null;
  /** The next step of the run's feed, or null without a run. */
  readonly feed: Feed | null;
  /** The video's clock, or null while it is seeking or has no picture. */
  readonly videoUs: number | null;
  readonly growing: boolean;
  /** Where a live playhead belongs, and the position that is presumably durable. */
  readonly liveTargetUs: number;
  readonly edgeUs: number;
}

/** What follows from a tick. */
export interface Step {
  readonly playhead: Playhead;
  /** Whether the video is to run, and how fast. */
  readonly videoRuns: boolean;
  readonly rate: number;
  /** The position to seek to, where the playhead left what the run holds. */
  readonly seekUs: number | null;
  /** The position to set the video to within the run, where it fell too far behind to catch up. */
  readonly nudgeUs: number | null;
}

/** A playhead that stands at a position. */
export function standAt(positionUs: number): Playhead {
  return { positionUs, playing: false, live: false, speed: 1, motion: "paused", gapShownMs: 0, trailMs: 0 };
}

function step(playhead: Playhead, videoRuns: boolean, rate = playhead.speed): Step {
  return { playhead, videoRuns, rate, seekUs: null, nudgeUs: null };
}

/** How far a playhead on the run's last picture may go on by itself. */
function holdLimit(playhead: Playhead, sight: Sight, run: Run, toUs: number): number {
  if (sight.feed?.kind === "due") return Math.max(sight.feed.atUs, playhead.positionUs);
  if (sight.feed?.kind === "end") return sight.growing ? Math.max(sight.edgeUs, playhead.positionUs) : toUs;
  return Math.min(run.endUs, toUs);
}

function inGap(playhead: Playhead, sight: Sight, toUs: number): Step {
  const gapShownMs = playhead.gapShownMs + sight.elapsedMs;
  const positionUs = playhead.positionUs + sight.elapsedMs * 1000 * playhead.speed;
  if (gapShownMs < GAP_SHOWN_MS && positionUs < toUs) {
    return step({ ...playhead, positionUs, gapShownMs, motion: "gap", trailMs: 0 }, false);
  }
  const crossed = { ...playhead, positionUs: toUs, gapShownMs: 0, motion: "loading" as const, trailMs: 0 };
  return { ...step(crossed, false), seekUs: toUs };
}

function inMedia(playhead: Playhead, sight: Sight, run: Run, toUs: number): Step {
  const { positionUs, speed } = playhead;
  const advanced = positionUs + sight.elapsedMs * 1000 * speed;
  if (sight.videoUs === null) return step({ ...playhead, motion: "loading", trailMs: 0 }, true);
  const rate = followRate(positionUs, sight.videoUs, speed, run.endUs);
  if (positionUs >= run.lastUs - EDGE_US) {
    const limit = holdLimit(playhead, sight, run, toUs);
    const starved = positionUs >= limit - EDGE_US && limit < toUs && sight.feed?.kind !== "end";
    const motion = starved ? "loading" : "hold";
    return step({ ...playhead, positionUs: Math.min(advanced, limit), motion, trailMs: 0 }, true, rate);
  }
  if (Math.abs(positionUs - sight.videoUs) <= TOGETHER_US || sight.videoUs > positionUs) {
    return step({ ...playhead, positionUs: Math.min(sight.videoUs, toUs), motion: "media", trailMs: 0 }, true);
  }
  const trailMs = playhead.trailMs + sight.elapsedMs;
  if (trailMs > CATCH_UP_MS) return step({ ...playhead, positionUs: sight.videoUs, motion: "media", trailMs: 0 }, true);
  return step({ ...playhead, positionUs: Math.min(advanced, run.endUs, toUs), motion: "media", trailMs }, true, rate);
}

function live(playhead: Playhead, sight: Sight): Step {
  const positionUs = steer(playhead.positionUs, sight.liveTargetUs, sight.elapsedMs);
  const moved: Playhead = { ...playhead, positionUs, live: true, speed: 1, motion: "live", gapShownMs: 0, trailMs: 0 };
  if (sight.videoUs === null || sight.run === null) return step(moved, true, 1);
  const behindUs = sight.run.lastUs - sight.videoUs;
  const nudgeUs = behindUs > NUDGE_US ? Math.min(positionUs, sight.run.lastUs) : null;
  return { ...step(moved, true, followRate(positionUs, sight.videoUs, 1, sight.run.endUs)), nudgeUs };
}

/** Moves the playhead on. Pure: the same sight gives the same step. */
export function tick(playhead: Playhead, sight: Sight): Step {
  if (!playhead.playing) {
    return step({ ...playhead, motion: playhead.motion === "ended" ? "ended" : "paused", trailMs: 0 }, false);
  }
  // Whoever plays up to the edge has arrived in the present.
  if (sight.growing && (playhead.live || playhead.positionUs >= sight.liveTargetUs)) return live(playhead, sight);
  if (sight.place.kind === "end") {
    // Between two reports of progress the end of what is known stands still; what is recorded does not.
    if (sight.growing) {
      const positionUs = Math.min(playhead.positionUs + sight.elapsedMs * 1000 * playhead.speed, sight.edgeUs);
      return step({ ...playhead, positionUs, motion: "hold", trailMs: 0 }, true);
    }
    return step({ ...playhead, playing: false, live: false, motion: "ended", trailMs: 0 }, false);
  }
  if (sight.place.kind === "gap") return inGap(playhead, sight, sight.place.gap.toUs);
  if (sight.run === null) return step({ ...playhead, motion: "loading", trailMs: 0 }, false);
  return inMedia({ ...playhead, live: false, gapShownMs: 0 }, sight, sight.run, sight.place.span.toUs);
}
