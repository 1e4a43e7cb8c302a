/**
 * Another monitor beside the one that leads: its own pieces and its own video, kept where the leader's playhead is.
 *
 * The playhead stays the one clock. A follower never moves it and never makes it wait: if its pictures are late, they
 * are late by themselves, and the video is then driven a little faster or set anew.
 */

import type { FeedLimits, Joining } from "./feed.ts";
import type { Line } from "./line.ts";
import { followRate, LATENCY_US } from "./live-edge.ts";
import { type BufferAction, type FetchWish, Loader } from "./loader.ts";
import type { Snapshot, VideoOrder } from "./player.ts";
import { LEAD_US } from "./player.ts";
import { NUDGE_US, TOGETHER_US } from "./playhead.ts";
import type { Recording } from "./recording.ts";
import type { LiveEvent } from "./recording-index.ts";
import { AHEAD_US, FIRST_BEYOND_US } from "./seek-plan.ts";

/** A leader that is farther from where it should be than this did not play there: it was set. */
export const JUMPED_US = 400_000;

/** What a follower sees of the one that leads. */
export type Leader = Pick<Snapshot, "positionUs" | "playing" | "live" | "speed" | "motion" | "place">;

export class Follower {
  readonly track: number;
  private readonly joining: Joining;
  private readonly loader: Loader;
  private recording: Recording;
  private leader: Leader | null = null;
  private nowMs: number;
  private pendingUs: number | null = null;

  constructor(recording: Recording, track: number, joining: Joining, nowMs: number) {
    this.recording = recording;
    this.track = track;
    this.joining = joining;
    this.nowMs = nowMs;
    this.loader = new Loader(recording, track);
  }

  /** A newer index of the same recording. */
  replace(recording: Recording): void {
    this.recording = recording;
    this.loader.replace(recording);
  }

  /** The recording became whole: its line was made anew. */
  moved(before: Line): void {
    this.loader.moved(before);
  }

  /** Begins anew, after the browser failed or lost what it held. */
  restart(): void {
    this.loader.reset();
    this.leader = null;
  }

  livePiece(event: Extract<LiveEvent, { kind: "piece" }>, bytes: Uint8Array): void {
    if (event.track !== this.track) return;
    const index = this.recording.find(this.track, event.segment, event.record);
    if (index >= 0) this.loader.arrivedLive(index, bytes);
  }

  wish(): FetchWish | null {
    return this.loader.wish(this.targetUs, this.leader?.speed ?? 1);
  }

  wanted(wish: FetchWish): boolean {
    return this.loader.wanted(wish);
  }

  arrived(wish: FetchWish, index: number, bytes: Uint8Array): void {
    this.loader.arrived(wish, index, bytes);
  }

  fetched(wish: FetchWish): void {
    this.loader.fetched(wish);
  }

  action(): BufferAction | null {
    return this.loader.action(this.targetUs, this.limits);
  }

  bufferDone(): void {
    this.loader.done();
  }

  /** Time went on; `videoUs` is this video's clock, or null while it is seeking or has no picture. */
  follow(leader: Leader, nowMs: number, videoUs: number | null): VideoOrder {
    const before = this.leader;
    const elapsedUs = Math.max(0, nowMs - this.nowMs) * 1000;
    this.leader = leader;
    this.nowMs = nowMs;
    const known = this.recording.knows(leader.positionUs);
    const hasMedia = leader.place.kind === "media" || (leader.place.kind === "end" && this.loader.run === null);
    if (known && hasMedia && (this.loader.run === null || hasJumped(before, leader, elapsedUs))) {
      const plan = this.loader.plan(leader.positionUs);
      this.pendingUs = plan.kind === "nothing" ? null : leader.positionUs;
    }
    return this.order(leader, videoUs);
  }

  private order(leader: Leader, videoUs: number | null): VideoOrder {
    const { run } = this.loader;
    const moves = leader.playing && leader.motion !== "loading" && leader.motion !== "gap";
    if (this.pendingUs !== null) {
      const landing = this.loader.landing(this.pendingUs, this.limits);
      if (landing === null) return { runs: false, rate: 1, setUs: null };
      this.pendingUs = null;
      return { runs: moves, rate: leader.speed, setUs: landing };
    }
    if (run === null || videoUs === null || !moves)
      return { runs: moves && run !== null, rate: leader.speed, setUs: null };
    const behindUs = Math.min(leader.positionUs, run.lastUs) - videoUs;
    // Ahead of the leader by more than two clocks differ: it waits, and shows the picture it has.
    if (videoUs - leader.positionUs > TOGETHER_US) return { runs: false, rate: leader.speed, setUs: null };
    const setUs = behindUs > NUDGE_US ? Math.min(leader.positionUs, run.lastUs) : null;
    return { runs: true, rate: followRate(leader.positionUs, videoUs, leader.speed, run.endUs), setUs };
  }

  private get targetUs(): number {
    return this.pendingUs ?? this.leader?.positionUs ?? 0;
  }

  private get limits(): FeedLimits {
    const leadUs = this.leader?.live === true ? LATENCY_US : LEAD_US;
    const speed = Math.max(1, this.leader?.speed ?? 1);
    return { joining: this.joining, leadUs, aheadUs: AHEAD_US * speed + FIRST_BEYOND_US };
  }
}

/** Whether the leader is somewhere else than playing would have brought it, or came to a stand and is looked at. */
function hasJumped(before: Leader | null, leader: Leader, elapsedUs: number): boolean {
  if (before === null || (before.playing && !leader.playing)) return true;
  const movedUs = leader.positionUs - before.positionUs;
  const mayMoveUs = leader.playing ? elapsedUs * Math.max(1, leader.speed) * 1.5 + JUMPED_US : 0;
  return movedUs < 0 || movedUs > mayMoveUs;
}
