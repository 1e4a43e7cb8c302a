/**
 * Keeps a run fed: decides what to ask the server for, what to hand to the browser, and what to let go.
 *
 * No IO: the caller fetches, appends and removes as told, and says when it is done.
 */

import { beginRun, type Feed, type FeedLimits, fed, nextFeed, type Run } from "./feed.ts";
import { place } from "./fmp4.ts";
import { type Line, lastAtMost } from "./line.ts";
import type { Recording } from "./recording.ts";
import type { Epoch } from "./recording-index.ts";
import { canGoOn, evictTo, nextRange, planSeek, type Range, type SeekPlan } from "./seek-plan.ts";

/** Bytes that arrived and wait for their turn; the live stream must not fill the memory of a paused page. */
export const STORE_BYTES_MAX = 24 * 1024 * 1024;
/** Pieces are appended together up to this size: each append costs the browser a turn, whatever its size. */
export const APPEND_BYTES_MAX = 1024 * 1024;

/** Browsers do not show a picture for its very last moments: a seek to the end goes to this much before it. */
export const BEFORE_END_US = 50_000;
/** The video is set a little into the picture, so that rounding does not show the one before. */
export const INTO_PICTURE_US = 500;

/** What the browser's buffer is to do next, one at a time; `done` is called after each. */
export type BufferAction =
  | { readonly do: "clear" }
  | { readonly do: "initialise"; readonly segment: string; readonly epoch: Epoch }
  | { readonly do: "append"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly do: "remove"; readonly toUs: number };

/** A request for pieces of one segment. `generation` tells answers to an abandoned plan apart. */
export interface FetchWish {
  readonly generation: number;
  /** How far the line had moved when it was asked for; its indexes count from there. */
  readonly moved: number;
  readonly range: Range;
}

export class Loader {
  private recording: Recording;
  private track: number;
  private current: Run | null = null;
  private generation = 0;
  /** How many pieces came to lie before the run since the beginning. */
  private shift = 0;
  private fetching: Range | null = null;
  private busy = false;
  private clearing = false;
  private initialised: { readonly segment: number; readonly epoch: number } | null = null;
  private readonly stored = new Map<number, Uint8Array>();
  private storedBytes = 0;
  /** Where the pictures of the run begin, ascending, as they lie in the browser. */
  private pictures: number[] = [];
  /** Where the key pieces of the run begin in the browser, by their index. */
  private readonly keyStarts = new Map<number, number>();

  constructor(recording: Recording, track: number) {
    this.recording = recording;
    this.track = track;
  }

  get run(): Run | null {
    return this.current;
  }

  /** Whether the browser's buffer is still at the last action. */
  get isBusy(): boolean {
    return this.busy;
  }

  private get line() {
    return this.recording.line(this.track);
  }

  /** Takes a newer index; keeps the run where it describes the same pieces. */
  replace(recording: Recording): void {
    const before = this.line;
    const run = this.current;
    const old = this.recording;
    this.recording = recording;
    if (run === null) return;
    const same = [run.first, Math.max(run.first, run.next - 1)].every((index) => {
      if (index >= this.line.length) return false;
      const one = before.piece(index);
      const other = this.line.piece(index);
      return one.record === other.record && old.segmentId(one.segment) === recording.segmentId(other.segment);
    });
    if (!same) this.drop();
  }

  /** The line was made anew, with pieces before the run that were not known; the run is found again in it. */
  moved(before: Line): void {
    const run = this.current;
    if (run === null) return;
    const { segment, record } = before.piece(run.first);
    const first = this.line.find(segment, record);
    if (first < 0) {
      this.drop();
      return;
    }
    const by = first - run.first;
    this.shift += by;
    this.current = { ...run, first, next: run.next + by };
    if (this.fetching !== null) this.fetching = { from: this.fetching.from + by, to: this.fetching.to + by };
    shiftKeys(this.stored, by);
    shiftKeys(this.keyStarts, by);
  }

  /** Goes over to another track; the next `plan` begins a run there. */
  choose(track: number): void {
    this.track = track;
    this.drop();
  }

  /** Makes ready for a position; says what it takes. */
  plan(positionUs: number): SeekPlan {
    const plan = planSeek(this.line, this.current, positionUs);
    if (plan.kind === "restart") {
      this.drop();
      this.current = beginRun(this.line, plan.key);
    } else if (plan.kind === "nothing") {
      this.drop();
    }
    return plan;
  }

  /** Whether the video, standing at a position, can go on from there without a seek. */
  goesOn(positionUs: number): boolean {
    return canGoOn(this.line, this.current, positionUs);
  }

  private drop(): void {
    this.generation += 1;
    this.clearing = this.clearing || this.current !== null;
    this.current = null;
    this.fetching = null;
    this.initialised = null;
    this.stored.clear();
    this.storedBytes = 0;
    this.pictures = [];
    this.keyStarts.clear();
  }

  /** Gives up what the browser holds, after it failed or lost something; the next `plan` begins anew. */
  reset(): void {
    this.clearing = true;
    this.drop();
  }

  /** The next request, or null. One is under way at a time. */
  wish(playheadUs: number, speed: number): FetchWish | null {
    if (this.current === null || this.fetching !== null) return null;
    let from = this.current.next;
    while (this.stored.has(from)) from += 1;
    const range = nextRange(this.line, from, playheadUs, speed);
    if (range === null) return null;
    this.fetching = range;
    return { generation: this.generation, moved: this.shift, range };
  }

  /** Whether a request is still wanted. */
  wanted(wish: FetchWish): boolean {
    return wish.generation === this.generation && this.fetching !== null;
  }

  /** A piece arrived for a request. */
  arrived(wish: FetchWish, index: number, bytes: Uint8Array): void {
    if (wish.generation === this.generation) this.keep(index + this.shift - wish.moved, bytes);
  }

  /** A request is over, whether it brought everything or not. */
  fetched(wish: FetchWish): void {
    if (wish.generation === this.generation) this.fetching = null;
  }

  /** A piece arrived on the live stream, already known to the line at `index`. */
  arrivedLive(index: number, bytes: Uint8Array): void {
    const run = this.current;
    // Only what directly goes on from what is here: a playhead far behind asks for its pieces when it needs them.
    if (run === null || index < run.next) return;
    let coming = run.next;
    const here = (at: number): boolean =>
      this.stored.has(at) || (this.fetching !== null && at >= this.fetching.from && at <= this.fetching.to);
    while (coming < index && here(coming)) coming += 1;
    if (coming === index && this.storedBytes + bytes.byteLength <= STORE_BYTES_MAX) this.keep(index, bytes);
  }

  private keep(index: number, bytes: Uint8Array): void {
    if (this.stored.has(index) || this.current === null || index < this.current.next) return;
    this.stored.set(index, bytes);
    this.storedBytes += bytes.byteLength;
  }

  /** The run's next step with the playhead at a position. */
  feed(playheadUs: number, limits: FeedLimits): Feed | null {
    if (this.current === null) return null;
    return nextFeed(this.line, this.recording.ends(), this.current, playheadUs, limits);
  }

  /** What the browser's buffer is to do now, or null: nothing, or still at the last thing. */
  action(playheadUs: number, limits: FeedLimits): BufferAction | null {
    if (this.busy) return null;
    const action = this.clearing ? this.clear() : (this.append(playheadUs, limits) ?? this.evict(playheadUs));
    this.busy = action !== null;
    return action;
  }

  /** The action is done. */
  done(): void {
    this.busy = false;
  }

  private clear(): BufferAction {
    this.clearing = false;
    return { do: "clear" };
  }

  private append(playheadUs: number, limits: FeedLimits): BufferAction | null {
    const parts: Uint8Array[] = [];
    let size = 0;
    while (this.current !== null && size < APPEND_BYTES_MAX) {
      const feed = this.feed(playheadUs, limits);
      if (feed?.kind !== "append") break;
      const { segment, epoch } = feed.piece;
      if (this.initialised?.segment !== segment || this.initialised.epoch !== epoch) {
        // Before the bytes are there: both can be on the way at the same time.
        if (parts.length > 0) break;
        return this.initialise(segment, epoch);
      }
      const bytes = this.stored.get(feed.index);
      if (bytes === undefined) break;
      const placed = place(bytes, {
        offsetUs: this.recording.segmentOffsetUs(segment),
        startUs: feed.startUs,
        endUs: feed.endUs,
        nominalUs: feed.nominalUs,
      });
      this.current = fed(this.current, feed, placed.startsUs.at(-1) as number, placed.endUs);
      this.pictures.push(...placed.startsUs);
      if (feed.piece.key) this.keyStarts.set(feed.index, placed.startsUs[0] as number);
      this.stored.delete(feed.index);
      this.storedBytes -= bytes.byteLength;
      parts.push(placed.bytes);
      size += placed.bytes.byteLength;
    }
    return parts.length === 0 ? null : { do: "append", bytes: concatenated(parts, size) };
  }

  private initialise(segment: number, epoch: number): BufferAction | null {
    const description = this.recording.epoch(segment, this.track, epoch);
    // The event that describes the epoch comes before its first piece; without it there is nothing to begin with.
    if (description === null) return null;
    this.initialised = { segment, epoch };
    return { do: "initialise", segment: this.recording.segmentId(segment), epoch: description };
  }

  private evict(playheadUs: number): BufferAction | null {
    if (this.current === null) return null;
    const first = evictTo(this.line, this.current, playheadUs);
    if (first === null) return null;
    const toUs = this.keyStarts.get(first);
    if (toUs === undefined) return null;
    this.current = { ...this.current, first };
    for (const index of this.keyStarts.keys()) if (index < first) this.keyStarts.delete(index);
    this.pictures = this.pictures.slice(Math.max(0, lastAtMost(this.pictures, toUs)));
    return { do: "remove", toUs };
  }

  /** Where to set the video for a seek: null until the run reaches the position and the browser holds that. */
  landing(positionUs: number, limits: FeedLimits): number | null {
    const run = this.current;
    if (run === null || run.next === run.first || this.busy) return null;
    const feed = this.feed(positionUs, limits);
    const reached = positionUs < run.endUs || feed?.kind === "due" || feed?.kind === "end";
    if (!reached) return null;
    const lastUs = Math.max(run.lastUs, run.endUs - BEFORE_END_US);
    return Math.min(Math.max(positionUs, this.line.atUs[run.first] as number) + INTO_PICTURE_US, lastUs);
  }

  /** Where the next picture begins after a position, or the one before it; null where the run has none. */
  picture(positionUs: number, direction: 1 | -1): number | null {
    const shown = lastAtMost(this.pictures, positionUs);
    return this.pictures[shown + direction] ?? null;
  }
}

function shiftKeys<T>(map: Map<number, T>, by: number): void {
  const all = [...map];
  map.clear();
  for (const [index, value] of all) map.set(index + by, value);
}

function concatenated(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}
