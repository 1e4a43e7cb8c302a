/** A second monitor beside a stage: its own truth, its own browser, and the follower that keeps it in step. */

import { Follower } from "../../src/core/follower.ts";
import type { FetchWish } from "../../src/core/loader.ts";
import { Recording } from "../../src/core/recording.ts";
import { type LiveEvent, readIndex } from "../../src/core/recording-index.ts";
import { Browser, type Rules, type Stage, type TrueShot, type World } from "./world.ts";

const TRACK = 2;

interface MadeSegment {
  epochs: { track: number }[];
  pieces: Record<string, unknown>;
}

/** The index of a world as if it were the second monitor's. */
function indexOf(world: World, knownUs: number, live: boolean): unknown {
  const index = world.index(knownUs, live) as { tracks: { id: number }[]; segments: MadeSegment[] };
  for (const track of index.tracks) track.id = TRACK;
  for (const segment of index.segments) {
    for (const epoch of segment.epochs) epoch.track = TRACK;
    segment.pieces = { [TRACK]: segment.pieces["1"] };
  }
  return index;
}

export class Second {
  readonly follower: Follower;
  readonly browser: Browser;
  private readonly recording: Recording;
  private readonly world: World;
  private readonly rules: Rules;
  private answers: { atMs: number; wish: FetchWish }[] = [];
  private sentUs: number;
  private readonly live: boolean;

  constructor(world: World, rules: Rules, liveFromUs?: number) {
    this.world = world;
    this.rules = rules;
    this.live = liveFromUs !== undefined;
    this.sentUs = liveFromUs ?? 0;
    this.recording = new Recording(readIndex(indexOf(world, liveFromUs ?? Number.POSITIVE_INFINITY, this.live)));
    const joining = rules.browser === "chromium" ? "overlap" : "join";
    this.follower = new Follower(this.recording, TRACK, joining, 0);
    this.browser = new Browser(rules.browser);
  }

  /** Time went on at the stage; so it does here. */
  tick(stage: Stage): void {
    const { nowMs } = stage;
    this.browser.pass(this.rules.tickMs, nowMs);
    if (this.live) this.stream(stage);
    this.answer(nowMs);
    const order = this.follower.follow(stage.player.snapshot(), nowMs, this.browser.clock(nowMs));
    this.pump(nowMs);
    this.browser.runs = order.runs;
    this.browser.rate = order.rate;
    if (order.setUs !== null) this.browser.set(order.setUs, nowMs);
  }

  private pump(nowMs: number): void {
    for (let action = this.follower.action(); action !== null; action = this.follower.action()) {
      this.browser.act(action);
      this.follower.bufferDone();
    }
    const wish = this.follower.wish();
    if (wish !== null) this.answers.push({ atMs: nowMs + this.rules.answerMs, wish });
  }

  private answer(nowMs: number): void {
    for (const { wish } of this.answers.filter((one) => one.atMs <= nowMs)) {
      for (let index = wish.range.from; index <= wish.range.to; index += 1) {
        this.follower.arrived(wish, index, this.world.piece(this.world.shots[index] as TrueShot));
      }
      this.follower.fetched(wish);
    }
    this.answers = this.answers.filter((one) => one.atMs > nowMs);
  }

  private stream(stage: Stage): void {
    const reachedUs = stage.edgeUs - this.rules.delayMs * 1000;
    for (const shot of this.world.shots) {
      if (shot.positionUs <= this.sentUs || shot.positionUs > reachedUs) continue;
      const { record, atUs, key, bytes } = shot;
      const event: LiveEvent = {
        kind: "piece",
        segment: `s${shot.segment}`,
        track: TRACK,
        epoch: 0,
        record,
        atUs,
        key,
        bytes,
        spanUs: 1,
      };
      this.recording.apply(event);
      this.follower.livePiece(event, this.world.piece(shot));
    }
    this.sentUs = Math.max(this.sentUs, reachedUs);
    const coveredUs = reachedUs - (this.world.segments.at(-1)?.offsetUs ?? 0);
    this.recording.apply({ kind: "progress", segment: `s${this.world.segments.length - 1}`, coveredUs });
  }
}
