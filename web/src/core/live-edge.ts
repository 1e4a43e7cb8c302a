/** Where "now" is in a recording that grows, and how the playhead keeps just behind it. */

/** How far the playhead stays behind the newest durable position: one or two pictures at 5 fps, so motion is even. */
export const LATENCY_US = 400_000;
/** Without news the edge is assumed to move on for this long; progress comes at least every second. */
export const EXTRAPOLATE_US = 1_500_000;
/** "Recording now" is only said while coverage grew within this time. */
export const FRESH_MS = 5_000;
/** A playhead this far off is not steered but put right. */
export const JUMP_US = 2_000_000;
/** Steering never changes the pace by more than this share: without sound nobody notices, and it is soon done. */
export const STEER_MAX = 0.25;
/** The share of an error that is made up for in a second. */
const STEER_GAIN = 0.5;

/** What is known of the edge. `offsetUs` is position minus local time, of the freshest news so far. */
export interface Edge {
  readonly coveredUs: number;
  readonly grewAtMs: number;
  readonly offsetUs: number;
}

/** Nothing is known yet. */
export const NO_EDGE: Edge = { coveredUs: 0, grewAtMs: Number.NEGATIVE_INFINITY, offsetUs: Number.NEGATIVE_INFINITY };

/** How fast an offset that was too optimistic is forgotten: clocks of two machines drift by less than this. */
const FORGET_US_PER_MS = 1;

/** The edge after coverage is known up to a position. News that reaches us late does not pull the edge back. */
export function observe(edge: Edge, coveredUs: number, nowMs: number): Edge {
  if (coveredUs <= edge.coveredUs) return edge;
  const offset = coveredUs - nowMs * 1000;
  const sinceMs = nowMs - edge.grewAtMs;
  // After a silence longer than the extrapolation the old offset says nothing about the new beginning.
  const old = sinceMs * 1000 > EXTRAPOLATE_US ? Number.NEGATIVE_INFINITY : edge.offsetUs - sinceMs * FORGET_US_PER_MS;
  return { coveredUs, grewAtMs: nowMs, offsetUs: Math.max(offset, old) };
}

/** The position that is presumably durable now. */
export function edgeAt(edge: Edge, nowMs: number): number {
  return Math.max(edge.coveredUs, Math.min(edge.offsetUs + nowMs * 1000, edge.coveredUs + EXTRAPOLATE_US));
}

/** Whether the workstation's progress is recent enough to say that it is recording now. */
export function isFresh(edge: Edge, nowMs: number): boolean {
  return nowMs - edge.grewAtMs < FRESH_MS;
}

/** The position where a live playhead belongs. */
export function liveTarget(edge: Edge, nowMs: number): number {
  return Math.max(0, edgeAt(edge, nowMs) - LATENCY_US);
}

/** Moves a live playhead on by `elapsedMs`: steered towards its target within bounds, put right where far off. */
export function steer(positionUs: number, targetUs: number, elapsedMs: number): number {
  const error = targetUs - positionUs;
  if (Math.abs(error) > JUMP_US) return targetUs;
  const correction = Math.max(-STEER_MAX, Math.min(STEER_MAX, (error / 1_000_000) * STEER_GAIN));
  const next = positionUs + elapsedMs * 1000 * (1 + correction);
  // The edge stands still when news stops: then the playhead stops with it, and does not turn back.
  return Math.max(positionUs, Math.min(next, Math.max(targetUs, positionUs)));
}

/** Rates beyond this are not offered by every browser. */
export const RATE_MAX = 16;
/** The picture may trail the playhead by this much before the video is driven faster. */
export const TRAIL_US = 150_000;
/** How long a driven video is to have media ahead at its rate: what it overshoots when media ends, it has to wait for. */
export const REACH_S = 0.4;

/**
 * The rate at which the video is driven so that its picture meets the playhead.
 *
 * The video trails after an idle stretch at the edge, because the browser had nothing to play. Only one or two
 * pictures lie between, so a high rate costs no decoding; rounding to steps keeps the browser from being bothered.
 *
 * @param endUs where the media at hand ends: the nearer, the slower, and where there is none, as if nothing were.
 */
export function followRate(positionUs: number, videoUs: number, speed: number, endUs: number): number {
  const trail = positionUs - videoUs;
  if (trail <= TRAIL_US) return speed;
  const wanted = speed * (1 + (trail / 1_000_000) * 6);
  const reachable = (endUs - videoUs) / 1_000_000 / REACH_S;
  return Math.max(speed, Math.min(RATE_MAX, Math.round(Math.min(wanted, reachable) * 2) / 2));
}
