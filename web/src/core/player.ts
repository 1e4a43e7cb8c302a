/**
 * The player without a browser: what a person asks, what the network brings and what the video shows go in; what the
 * video, its buffer and the network are to do comes out. Time is an argument.
 */

import type { Place } from "./coverage.ts";
import type { FeedLimits, Joining } from "./feed.ts";
import { idleStretches, type Stretch, skipFrom } from "./idle.ts";
import type { Line } from "./line.ts";
import { type Edge, edgeAt, isFresh, LATENCY_US, liveTarget, NO_EDGE, observe } from "./live-edge.ts";
import { type BufferAction, type FetchWish, Loader } from "./loader.ts";
import { type Playhead, standAt, tick } from "./playhead.ts";
import { loopBack, type PlayRange } from "./range.ts";
import type { Change, Recording } from "./recording.ts";
import type { LiveEvent } from "./recording-index.ts";
import { AHEAD_US, FIRST_BEYOND_US } from "./seek-plan.ts";

/** Behind the live edge a piece of uncertain length is appended just before it is due. */
export const LEAD_US = 80_000;
/** The live stream is open while the playhead is this close to the end of what is known. */
export const NEAR_EDGE_US = 30_000_000;

/** A page whose clock stood longer than this was asleep: nobody watched meanwhile, and the playhead does not run on. */
export const ASLEEP_MS = 2_000;

/** What the video element is to do. */
export interface VideoOrder {
  readonly runs: boolean;
  readonly rate: number;
  /** Where to set it, once. */
  readonly setUs: number | null;
}

/** The player's state for the page. */
export interface Snapshot extends Playhead {
  readonly place: Place;
  readonly durationUs: number;
  readonly growing: boolean;
  /** Whether "recording now" may be said. */
  readonly fresh: boolean;
  /** How far the playhead is behind the newest durable position; only while growing. */
  readonly latencyUs: number | null;
  readonly skipIdle: boolean;
  /** The part that plays over and over, or null. */
  readonly range: PlayRange | null;
  readonly track: number;
  /** Whether the picture for the playhead is on the way. */
  readonly loading: boolean;
}

export class Player {
  private recording: Recording;
  private readonly loader: Loader;
  private playhead: Playhead;
  private edge: Edge = NO_EDGE;
  private nowMs: number;
  private chosen: number;
  private skipIdle = false;
  private range: PlayRange | null = null;
  private stretches: readonly Stretch[] = [];
  private stretchesOf = -1;
  /** A seek that the video has not been told of, because what it needs is not there yet. */
  private pendingUs: number | null = null;
  /** Whether that is because the index there is not known yet. */
  private unknown = false;
  /** Whether live watching ended because the recording was interrupted, and nobody did anything since. */
  private awaitsReturn = false;
  /** Whether the video shows anything for where it is. */
  private hasPicture = false;

  private readonly joining: Joining;

  constructor(recording: Recording, track: number, joining: Joining, nowMs: number) {
    this.joining = joining;
    this.recording = recording;
    this.chosen = track;
    this.nowMs = nowMs;
    this.loader = new Loader(recording, track);
    this.playhead = standAt(0);
    this.edge = observe(NO_EDGE, recording.endUs, nowMs);
  }

  // ---- what a person asks

  play(): void {
    this.awaitsReturn = false;
    if (this.playhead.motion === "ended") this.seek(0);
    this.playhead = { ...this.playhead, playing: true };
    if (this.playhead.live || this.pendingUs !== null || this.place.kind !== "media") return;
    // A loose stretch is right only at the edge: whoever goes on from within needs it exact.
    if (!this.loader.goesOn(this.playhead.positionUs)) this.prepare(this.playhead.positionUs);
  }

  pause(): void {
    this.awaitsReturn = false;
    this.playhead = { ...this.playhead, playing: false, live: false };
  }

  /** Goes to a position, kept within what is recorded. */
  seek(positionUs: number): void {
    this.awaitsReturn = false;
    const endUs = this.recording.endUs;
    const target = Math.max(0, Math.min(positionUs, this.recording.growing ? this.liveTargetUs : endUs));
    const playing = this.playhead.playing && !(target >= endUs && !this.recording.growing);
    this.playhead = { ...this.playhead, positionUs: target, live: false, motion: "loading", gapShownMs: 0, playing };
    this.prepare(target);
  }

  /** Goes to the live edge and stays there. */
  goLive(): void {
    this.awaitsReturn = false;
    if (!this.recording.growing) return;
    const positionUs = this.liveTargetUs;
    this.playhead = { ...this.playhead, positionUs, playing: true, live: true, speed: 1, motion: "live" };
    this.prepare(positionUs);
  }

  /** The next picture or the one before it; the playhead stands there. */
  stepFrame(direction: 1 | -1): void {
    this.pause();
    const shownUs = this.playhead.positionUs;
    const known = this.loader.picture(shownUs, direction);
    const line = this.recording.line(this.track);
    const guess = line.atUs[line.at(shownUs) + direction];
    const target = known ?? guess;
    if (target !== undefined) this.seek(target);
  }

  setSpeed(speed: number): void {
    this.playhead = { ...this.playhead, speed, live: this.playhead.live && speed === 1 };
  }

  setSkipIdle(on: boolean): void {
    this.skipIdle = on;
  }

  /** From now on a part plays over and over, once the playhead is in it; null plays on. */
  setRange(range: PlayRange | null): void {
    this.range = range;
  }

  /** The monitor that is shown, and that leads where several are. */
  get track(): number {
    return this.chosen;
  }

  /** Begins anew at the same position, after the browser failed or lost what it held. */
  restart(): void {
    this.loader.reset();
    this.prepare(this.playhead.positionUs);
  }

  chooseTrack(track: number): void {
    this.chosen = track;
    this.stretchesOf = -1;
    this.loader.choose(track);
    this.prepare(this.playhead.positionUs);
  }

  // ---- what the network brings

  /** A newer index of the same recording. */
  replace(recording: Recording, nowMs: number): void {
    this.recording = recording;
    this.edge = observe(this.edge, recording.endUs, nowMs);
    this.stretchesOf = -1;
    this.loader.replace(recording);
    this.returnToLive();
    if (this.loader.run === null) this.prepare(this.playhead.positionUs);
  }

  /** The recording became whole: its lines were made anew. */
  moved(before: Line): void {
    this.loader.moved(before);
    this.stretchesOf = -1;
    if (!this.unknown) return;
    this.prepare(this.targetUs);
  }

  /** Whether the playhead is where the recording is not known yet. */
  get isLost(): boolean {
    return this.unknown;
  }

  /** An event of the live stream; `reload` asks for a new index. */
  event(event: LiveEvent, nowMs: number): Change {
    const change = this.recording.apply(event);
    this.returnToLive();
    this.edge = observe(this.edge, this.recording.endUs, nowMs);
    // A live view of a recording whose first picture only now exists can begin.
    if (this.loader.run === null && change === "piece") this.prepare(this.playhead.positionUs);
    return change;
  }

  /** Who watched live when the recording was interrupted watches live when it goes on. */
  private returnToLive(): void {
    if (this.awaitsReturn && this.recording.growing) this.goLive();
  }

  /** The bytes of a piece that an event announced. */
  livePiece(event: Extract<LiveEvent, { kind: "piece" }>, bytes: Uint8Array): void {
    if (event.track !== this.track) return;
    const index = this.recording.find(this.track, event.segment, event.record);
    if (index >= 0) this.loader.arrivedLive(index, bytes);
  }

  wish(): FetchWish | null {
    return this.unknown ? null : this.loader.wish(this.targetUs, this.playhead.speed);
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

  /** Whether the live stream should be open: near the edge it carries the next pieces. */
  get wantsLiveStream(): boolean {
    if (!this.recording.growing) return false;
    return this.playhead.live || this.recording.endUs - this.playhead.positionUs < NEAR_EDGE_US;
  }

  // ---- what the video and its buffer do

  /** What the buffer is to do next; `bufferDone` after each. */
  action(): BufferAction | null {
    return this.loader.action(this.targetUs, this.limits);
  }

  bufferDone(): void {
    this.loader.done();
  }

  /**
   * Time went on.
   *
   * @param videoUs the video's clock, or null while it is seeking or has no picture.
   */
  tick(nowMs: number, videoUs: number | null): VideoOrder {
    const elapsedMs = Math.min(Math.max(0, nowMs - this.nowMs), ASLEEP_MS);
    this.nowMs = nowMs;
    this.hasPicture = videoUs !== null;
    if (this.playhead.live && !this.recording.growing) this.awaitsReturn = true;
    const result = tick(this.playhead, {
      elapsedMs,
      place: this.place,
      run: this.loader.run,
      feed: this.loader.feed(this.playhead.positionUs, this.limits),
      videoUs: this.pendingUs === null ? videoUs : null,
      growing: this.recording.growing,
      liveTargetUs: this.liveTargetUs,
      edgeUs: edgeAt(this.edge, nowMs),
    });
    const { positionUs: beforeUs, playing, live } = this.playhead;
    this.playhead = result.playhead;
    if (result.seekUs !== null) this.prepare(result.seekUs);
    this.skipOn();
    if (playing && !live) this.loop(beforeUs);
    const setUs = this.takePending() ?? result.nudgeUs;
    return { runs: result.videoRuns, rate: result.rate, setUs };
  }

  snapshot(): Snapshot {
    const growing = this.recording.growing;
    const edgeUs = edgeAt(this.edge, this.nowMs);
    return {
      ...this.playhead,
      place: this.place,
      durationUs: growing ? Math.max(this.recording.endUs, this.playhead.positionUs) : this.recording.endUs,
      growing,
      fresh: growing && isFresh(this.edge, this.nowMs),
      latencyUs: growing ? edgeUs - this.playhead.positionUs : null,
      skipIdle: this.skipIdle,
      range: this.range,
      track: this.track,
      loading:
        this.pendingUs !== null ||
        this.playhead.motion === "loading" ||
        (this.playhead.motion === "live" && !this.hasPicture),
    };
  }

  /** The idle stretches of the chosen track. */
  get idle(): readonly Stretch[] {
    const line = this.recording.line(this.track);
    if (this.stretchesOf !== line.length) {
      this.stretches = idleStretches(line, this.recording.ends());
      this.stretchesOf = line.length;
    }
    return this.stretches;
  }

  private get place(): Place {
    return this.recording.locate(this.playhead.positionUs);
  }

  private get liveTargetUs(): number {
    return liveTarget(this.edge, this.nowMs);
  }

  /** Where media is needed: at the playhead, or where a seek goes. */
  private get targetUs(): number {
    return this.pendingUs ?? this.playhead.positionUs;
  }

  private get limits(): FeedLimits {
    const leadUs = this.playhead.live ? LATENCY_US : LEAD_US;
    return { joining: this.joining, leadUs, aheadUs: AHEAD_US * Math.max(1, this.playhead.speed) + FIRST_BEYOND_US };
  }

  private prepare(positionUs: number): void {
    this.unknown = !this.recording.knows(positionUs);
    if (this.unknown) {
      this.pendingUs = positionUs;
      return;
    }
    if (this.recording.locate(positionUs).kind === "gap") {
      this.pendingUs = null;
      return;
    }
    const plan = this.loader.plan(positionUs);
    this.pendingUs = plan.kind === "nothing" ? null : positionUs;
  }

  /** The pending seek, once it can be done. */
  private takePending(): number | null {
    if (this.pendingUs === null || this.unknown) return null;
    const landing = this.loader.landing(this.pendingUs, this.limits);
    if (landing !== null) this.pendingUs = null;
    return landing;
  }

  private loop(beforeUs: number): void {
    const back = loopBack(this.range, beforeUs, this.playhead.positionUs);
    if (back === null) return;
    // At the recording's end playing has stopped by itself; a range goes on.
    this.playhead = { ...this.playhead, playing: true };
    this.seek(back);
  }

  private skipOn(): void {
    if (!this.skipIdle || !this.playhead.playing || this.playhead.live || this.pendingUs !== null) return;
    const target = skipFrom(this.idle, this.playhead.positionUs);
    if (target !== null) this.seek(target);
  }
}
