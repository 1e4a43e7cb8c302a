/**
 * A recording as it really was, the server that knows it, and a browser that plays it: all made up, all in virtual
 * time, so that the whole player can be held against the truth.
 */

import { samplesOf } from "../../src/core/fmp4.ts";
import type { BufferAction, FetchWish } from "../../src/core/loader.ts";
import { Player } from "../../src/core/player.ts";
import { Recording } from "../../src/core/recording.ts";
import { type LiveEvent, readIndex } from "../../src/core/recording-index.ts";
import { makePiece, pictureIds } from "./boxes.ts";

export const HOLD_US = 10_000_000;

export interface Shot {
  /** Media time within the segment. */
  readonly atUs: number;
  readonly key: boolean;
  readonly bytes: number;
}

export interface WorldSegment {
  readonly offsetUs: number;
  readonly coveredUs: number;
  readonly shots: readonly Shot[];
  readonly epochs?: readonly number[];
}

export interface TrueShot extends Shot {
  readonly id: number;
  readonly segment: number;
  readonly positionUs: number;
  readonly record: number;
}

/** The truth: what was on the screen when. One picture a piece, which is what the live view does. */
export class World {
  readonly segments: readonly WorldSegment[];
  readonly shots: readonly TrueShot[];

  constructor(segments: readonly WorldSegment[]) {
    this.segments = segments;
    let id = 0;
    this.shots = segments.flatMap((segment, order) =>
      segment.shots.map((shot, index) => {
        id += 1;
        const positionUs = segment.offsetUs + shot.atUs;
        return { ...shot, id, segment: order, positionUs, record: index + 1 };
      }),
    );
  }

  /** The picture on the screen at a position; 0 where nothing was recorded. */
  pictureAt(positionUs: number): number {
    const order = this.segments.findLastIndex((segment) => segment.offsetUs <= positionUs);
    const segment = this.segments[order];
    if (segment === undefined || positionUs >= segment.offsetUs + segment.coveredUs) return 0;
    return this.shots.findLast((shot) => shot.segment === order && shot.positionUs <= positionUs)?.id ?? 0;
  }

  /** The index as the server gives it when recording has come to `knownUs`. */
  index(knownUs: number, recording: boolean): unknown {
    const segments = this.segments
      .map((segment, order) => {
        const shots = this.shots.filter((shot) => shot.segment === order && shot.positionUs <= knownUs);
        const last = order === this.segments.length - 1;
        return {
          id: `s${order}`,
          offsetUs: segment.offsetUs,
          sealed: !(last && recording),
          coveredUs: Math.min(segment.coveredUs, knownUs - segment.offsetUs),
          epochs: [{ track: 1, epoch: 0, record: 0, atUs: 0, codec: "avc1.640028", width: 64, height: 36 }],
          pieces: {
            "1": {
              record: shots.map((shot) => shot.record),
              atUs: shots.map((shot) => shot.atUs),
              epoch: shots.map(() => 0),
              key: shots.map((shot) => (shot.key ? 1 : 0)),
              bytes: shots.map((shot) => shot.bytes),
            },
          },
          thumbnails: [],
          markers: [],
        };
      })
      .filter((segment) => segment.coveredUs > 0);
    const ends = segments.map((segment) => segment.offsetUs + segment.coveredUs);
    return {
      recording: "r",
      state: recording ? "recording" : "complete",
      startedAtUs: 1_700_000_000_000_000,
      nowUs: 1_700_000_000_000_000 + Math.max(0, ...ends),
      durationUs: Math.max(0, ...ends),
      tracks: [{ id: 1, name: "DP-1" }],
      segments,
      gaps: [],
    };
  }

  /** The bytes of a picture's piece, its end unknown as when it was written. */
  piece(shot: TrueShot): Uint8Array {
    return makePiece(shot.atUs, [{ id: shot.id, durationUs: HOLD_US, key: shot.key, bytes: shot.bytes }]);
  }
}

interface Held {
  startUs: number;
  endUs: number;
  id: number;
  key: boolean;
}

/**
 * Two browsers, as they were observed. `chromium` lets a later picture be laid over the long end of an earlier one; its
 * clock overshoots where media ends, and a last picture that is short it may not show; and a seek shows the first
 * picture on the way whose own end lies behind the target, until its clock runs. `firefox` stands at the last picture's
 * beginning; an overlap is given to it by mistake only.
 */
export type Kind = "chromium" | "firefox";

/** A picture shorter than this at the end of its media is not seen in Chromium. */
const SHORT_US = 100_000;
/** How late Chromium's clock is stopped. */
const OVERSHOOT_US = 150_000;

/** A browser's media element with its buffer. Fails where a real one would: an append over something, or without key. */
export class Browser {
  held: Held[] = [];
  clockUs = 0;
  rate = 1;
  runs = false;
  seekingUntilMs = 0;
  private soughtUs = -1;
  private initialised = false;
  private readonly kind: Kind;

  constructor(kind: Kind) {
    this.kind = kind;
  }

  act(action: BufferAction): void {
    if (action.do === "clear") this.held = [];
    if (action.do === "initialise") this.initialised = true;
    if (action.do === "remove") this.remove(action.toUs);
    if (action.do === "append") this.append(action.bytes);
  }

  private remove(toUs: number): void {
    // Browsers remove up to the next key picture at or after the end they are told.
    const to = this.held.find((one) => one.key && one.startUs >= toUs)?.startUs ?? Number.POSITIVE_INFINITY;
    this.held = this.held.filter((one) => one.startUs >= to);
  }

  private append(bytes: Uint8Array): void {
    if (!this.initialised) throw new Error("append before initialisation");
    let at = 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (at < bytes.byteLength) {
      const size = view.getUint32(at) + view.getUint32(at + view.getUint32(at));
      const piece = bytes.subarray(at, at + size);
      const samples = samplesOf(piece);
      const ids = pictureIds(
        piece,
        samples.map((sample) => sample.bytes),
      );
      samples.forEach((sample, index) => {
        const { atUs: startUs, durationUs, key } = sample;
        this.hold({ startUs, endUs: startUs + durationUs, id: ids[index] as number, key });
      });
      at += size;
    }
  }

  private hold(next: Held): void {
    const last = this.held.at(-1);
    if (last === undefined && !next.key) throw new Error("the first picture is no key picture");
    if (last !== undefined && next.startUs <= last.startUs) throw new Error("a picture before an earlier one");
    if (last !== undefined && next.startUs < last.endUs && this.kind === "firefox") throw new Error("an overlap");
    if (last !== undefined && next.startUs > last.endUs && !next.key)
      throw new Error("a hole before a dependent picture");
    this.held.push(next);
  }

  /** The held picture for the clock, or the last one before a hole that the clock has run into. */
  private current(): number {
    const at = this.held.findLastIndex((one) => this.clockUs >= one.startUs);
    const one = this.held[at];
    return one !== undefined && this.clockUs < one.endUs + OVERSHOOT_US * 16 ? at : -1;
  }

  /** The picture that is seen, or 0. */
  get shown(): number {
    const at = this.current();
    const one = this.held[at];
    if (one === undefined) return 0;
    if (this.kind === "chromium" && this.clockUs === this.soughtUs) return this.sought(at);
    const ends = at === this.held.length - 1 && one.endUs - one.startUs < SHORT_US;
    return this.kind === "chromium" && ends ? (this.held[at - 1]?.id ?? one.id) : one.id;
  }

  /** What a seek to the picture at an index shows: decoding begins with the key picture before it. */
  private sought(at: number): number {
    const key = this.held.findLastIndex((one, index) => one.key && index <= at);
    const shown = this.held.findIndex((one, index) => index >= key && one.endUs > this.clockUs);
    return (this.held[shown === -1 ? at : Math.min(shown, at)] as Held).id;
  }

  clock(nowMs: number): number | null {
    return nowMs < this.seekingUntilMs || this.current() < 0 ? null : this.clockUs;
  }

  set(positionUs: number, nowMs: number): void {
    this.clockUs = this.soughtUs = positionUs;
    this.seekingUntilMs = nowMs + 60;
  }

  pass(elapsedMs: number, nowMs: number): void {
    const at = this.current();
    if (!this.runs || nowMs < this.seekingUntilMs || at < 0) return;
    let end = at;
    while (end + 1 < this.held.length && (this.held[end + 1] as Held).startUs - (this.held[end] as Held).endUs < 2)
      end += 1;
    const last = this.held[end] as Held;
    const overshootUs = last.endUs + OVERSHOOT_US * this.rate;
    const limit = this.kind === "chromium" ? overshootUs : Math.max(last.startUs, this.clockUs);
    this.clockUs = Math.min(this.clockUs + elapsedMs * 1000 * this.rate, limit);
  }
}

export interface Seen {
  readonly nowMs: number;
  readonly positionUs: number;
  readonly motion: string;
  readonly loading: boolean;
  readonly shown: number;
  readonly videoUs: number;
  readonly latencyUs: number | null;
}

export interface Rules {
  readonly browser: Kind;
  /** How long the server takes to answer. */
  readonly answerMs: number;
  /** How long it takes until a recorded picture reaches the page. */
  readonly delayMs: number;
  /** Milliseconds between two ticks of the page. */
  readonly tickMs: number;
}

export const QUICK: Rules = { browser: "chromium", answerMs: 40, delayMs: 80, tickMs: 50 };

/** Runs a player against a world. */
export class Stage {
  readonly player: Player;
  readonly browser: Browser;
  readonly seen: Seen[] = [];
  readonly asked: FetchWish[] = [];
  nowMs = 0;
  private readonly world: World;
  private readonly rules: Rules;
  private readonly beganUs: number;
  private readonly live: boolean;
  private sentUs: number;
  private progressAtMs = 0;
  private answers: { atMs: number; wish: FetchWish }[] = [];

  /** @param liveFromUs how far recording has come when the page opens; undefined for a complete recording. */
  constructor(world: World, rules: Rules, liveFromUs?: number) {
    this.world = world;
    this.rules = rules;
    this.live = liveFromUs !== undefined;
    this.beganUs = liveFromUs ?? 0;
    this.sentUs = this.beganUs;
    const index = world.index(liveFromUs ?? Number.POSITIVE_INFINITY, this.live);
    const joining = rules.browser === "chromium" ? "overlap" : "join";
    this.player = new Player(new Recording(readIndex(index)), 1, joining, 0);
    this.browser = new Browser(rules.browser);
  }

  /** The position that is being recorded now. */
  get edgeUs(): number {
    return this.beganUs + this.nowMs * 1000;
  }

  run(ms: number): this {
    const until = this.nowMs + ms;
    while (this.nowMs < until) this.tick();
    return this;
  }

  private tick(): void {
    this.nowMs += this.rules.tickMs;
    this.browser.pass(this.rules.tickMs, this.nowMs);
    if (this.live) this.stream();
    this.answer();
    const order = this.player.tick(this.nowMs, this.browser.clock(this.nowMs));
    this.pump();
    this.browser.runs = order.runs;
    this.browser.rate = order.rate;
    if (order.setUs !== null) this.browser.set(order.setUs, this.nowMs);
    const { positionUs, motion, loading, latencyUs } = this.player.snapshot();
    const { shown, clockUs: videoUs } = this.browser;
    this.seen.push({ nowMs: this.nowMs, positionUs, motion, loading, shown, videoUs, latencyUs });
  }

  private pump(): void {
    for (let action = this.player.action(); action !== null; action = this.player.action()) {
      this.browser.act(action);
      this.player.bufferDone();
    }
    const wish = this.player.wish();
    if (wish === null) return;
    this.asked.push(wish);
    this.answers.push({ atMs: this.nowMs + this.rules.answerMs, wish });
  }

  private answer(): void {
    for (const { wish } of this.answers.filter((one) => one.atMs <= this.nowMs)) {
      for (let index = wish.range.from; index <= wish.range.to; index += 1) {
        this.player.arrived(wish, index, this.world.piece(this.world.shots[index] as TrueShot));
      }
      this.player.fetched(wish);
    }
    this.answers = this.answers.filter((one) => one.atMs > this.nowMs);
  }

  private stream(): void {
    const reachedUs = this.edgeUs - this.rules.delayMs * 1000;
    for (const shot of this.world.shots) {
      if (shot.positionUs <= this.sentUs || shot.positionUs > reachedUs) continue;
      const event: LiveEvent = {
        kind: "piece",
        segment: `s${shot.segment}`,
        track: 1,
        epoch: 0,
        record: shot.record,
        atUs: shot.atUs,
        key: shot.key,
        bytes: shot.bytes,
        spanUs: 1,
      };
      this.player.event(event, this.nowMs);
      this.player.livePiece(event, this.world.piece(shot));
    }
    this.sentUs = Math.max(this.sentUs, reachedUs);
    if (this.nowMs - this.progressAtMs < 1000) return;
    this.progressAtMs = this.nowMs;
    const order = this.world.segments.length - 1;
    const coveredUs = reachedUs - (this.world.segments[order] as WorldSegment).offsetUs;
    this.player.event({ kind: "progress", segment: `s${order}`, coveredUs }, this.nowMs);
  }
}
