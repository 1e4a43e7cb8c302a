/** The player in the browser: the pure player of the core, the video element and the network, brought together. */

import { type Failure, PlayheadError, toFailure } from "../core/failure.ts";
import type { Stretch } from "../core/idle.ts";
import type { BufferAction, FetchWish } from "../core/loader.ts";
import { Player, type Snapshot } from "../core/player.ts";
import { Recording } from "../core/recording.ts";
import type { LiveEvent } from "../core/recording-index.ts";
import { isAbort } from "../net/http.ts";
import { type Connection, CUT_SHORT, Persistence } from "./connection.ts";
import { LiveFollower } from "./live-follower.ts";
import type { MediaService } from "./service.ts";
import { joiningHere, type VideoDriver } from "./video.ts";

/** The page's clock: twenty times a second is finer than the pictures are. */
const TICK_MS = 50;
/** An index this new needs no other before the live stream goes on from it. */
const INDEX_FRESH_MS = 2_000;
/** A seek that the browser has not finished after this time, with everything at hand, has to begin anew. */
const STUCK_MS = 6_000;
/** So often in a row the browser may fail before a person is asked. */
const RESTARTS_MAX = 3;

/** What the engine tells the page. */
export interface Listener {
  changed(snapshot: Snapshot): void;
  connection(connection: Connection): void;
  /** Something in the recording changed that the timeline draws. */
  recording(recording: Recording): void;
}

export interface Start {
  /** Where to begin, or null: live where it is being recorded, else at the beginning. */
  readonly positionUs: number | null;
  readonly track: number | null;
}

export class Engine {
  private readonly service: MediaService;
  private readonly driver: VideoDriver;
  private readonly listener: Listener;
  private readonly stop = new AbortController();
  private readonly persistence: Persistence;
  private player: Player | null = null;
  private model: Recording | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private fetching: { readonly wish: FetchWish; readonly abort: AbortController } | null = null;
  /** A request that failed for good; it is asked again when a person wants it, or forgotten when the plan changes. */
  private failed: FetchWish | null = null;
  private live: LiveFollower | null = null;
  private acting = false;
  private indexAtMs = 0;
  private stuckSinceMs: number | null = null;
  private restarts = 0;
  private readonly initialisations = new Map<string, ArrayBuffer>();

  constructor(service: MediaService, driver: VideoDriver, listener: Listener) {
    this.service = service;
    this.driver = driver;
    this.listener = listener;
    this.persistence = new Persistence(this.stop.signal, (connection) => listener.connection(connection));
  }

  /** Opens the recording and begins to play. Fails only where waiting cannot help; that is reported as well. */
  async open(start: Start): Promise<void> {
    const { signal } = this.stop;
    const [recording] = await Promise.all([
      this.persistence.until("index", signal, () => this.beginning(signal)),
      this.driver.open(),
    ]);
    if (signal.aborted) return;
    const track = (recording.tracks.find((one) => one.id === start.track) ?? recording.tracks[0])?.id ?? 0;
    this.model = recording;
    this.player = new Player(recording, track, joiningHere(), performance.now());
    this.live = this.follower(this.player);
    this.listener.recording(recording);
    if (start.positionUs === null && recording.growing) this.player.goLive();
    else this.player.seek(start.positionUs ?? 0);
    this.player.play();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  private follower(player: Player): LiveFollower {
    return new LiveFollower(this.service, this.persistence, this.stop.signal, {
      newest: () => (this.model as Recording).newestRecord(),
      growing: () => (this.model as Recording).growing,
      isCurrent: () => performance.now() - this.indexAtMs < INDEX_FRESH_MS,
      reload: (signal) => this.reload(player, signal),
      learn: (event, bytes, signal) => this.learn(player, event, bytes, signal),
    });
  }

  /** The recording as soon as it has a picture. */
  private async beginning(signal: AbortSignal): Promise<Recording> {
    const recording = new Recording(await this.service.index(signal));
    this.indexAtMs = performance.now();
    if (recording.tracks.some((track) => recording.line(track.id).length > 0)) return recording;
    throw new PlayheadError(recording.growing ? NOTHING_YET : NOTHING);
  }

  close(): void {
    this.stop.abort();
    clearInterval(this.timer);
    this.driver.close();
  }

  /** The idle stretches of the chosen track. */
  get idle(): readonly Stretch[] {
    return this.player?.idle ?? [];
  }

  /** Asks the player to do something, and acts on it without waiting for the next tick. */
  ask(act: (player: Player) => void): void {
    if (this.player === null) return;
    this.driver.blocked = false;
    act(this.player);
    this.tick();
  }

  /** Tries again at once, after a failure or when the network is back. */
  retry(): void {
    this.restarts = 0;
    this.live?.retry();
    if (this.failed !== null) this.player?.fetched(this.failed);
    this.failed = null;
    for (const line of ["media", "pieces", "live", "init"]) this.persistence.report(line, null);
    this.persistence.now();
    if (this.driver.failure !== null) void this.restart();
  }

  private tick(): void {
    const { player, model } = this;
    if (player === null || model === null || this.stop.signal.aborted) return;
    const nowMs = performance.now();
    const order = player.tick(nowMs, this.driver.positionUs);
    this.driver.obey(order);
    this.pump(player);
    this.live?.follow(player.wantsLiveStream, nowMs);
    this.watch(player, nowMs);
    this.listener.changed(player.snapshot());
  }

  /** Keeps the buffer and the network busy with what the player wants. */
  private pump(player: Player): void {
    if (this.stop.signal.aborted) return;
    if (this.fetching !== null && !player.wanted(this.fetching.wish)) {
      this.fetching.abort.abort();
      this.fetching = null;
    }
    if (this.failed !== null && !player.wanted(this.failed)) {
      this.failed = null;
      this.persistence.report("pieces", null);
    }
    if (!this.acting) void this.act(player);
    if (this.fetching === null && this.failed === null) {
      const wish = player.wish();
      if (wish !== null) void this.fetch(player, wish);
    }
  }

  private async act(player: Player): Promise<void> {
    this.acting = true;
    try {
      for (let action = player.action(); action !== null; action = player.action()) {
        await this.perform(player, action);
        player.bufferDone();
        this.driver.obey(player.tick(performance.now(), this.driver.positionUs));
      }
    } catch (error) {
      player.bufferDone();
      if (!isAbort(error)) await this.broken(error);
    } finally {
      this.acting = false;
    }
  }

  private async perform(_player: Player, action: BufferAction): Promise<void> {
    if (action.do === "append") await this.driver.append(action.bytes);
    else if (action.do === "remove") await this.driver.remove(action.toUs);
    else if (action.do === "clear") await this.driver.clear();
    else {
      const { segment, epoch } = action;
      const bytes = await this.initialisation(segment, epoch.track, epoch.epoch);
      await this.driver.initialise(epoch.codec, bytes);
    }
  }

  private async initialisation(segment: string, track: number, epoch: number): Promise<ArrayBuffer> {
    const key = `${segment}/${track}/${epoch}`;
    const known = this.initialisations.get(key);
    if (known !== undefined) return known;
    const { signal } = this.stop;
    const bytes = await this.persistence.until("init", signal, () =>
      this.service.initialisation(segment, track, epoch, signal),
    );
    this.initialisations.set(key, bytes);
    return bytes;
  }

  private async fetch(player: Player, wish: FetchWish): Promise<void> {
    const model = this.model as Recording;
    const line = model.line(player.snapshot().track);
    const abort = new AbortController();
    const mine = { wish, abort };
    this.fetching = mine;
    let next = wish.range.from;
    const signal = AbortSignal.any([abort.signal, this.stop.signal]);
    try {
      await this.persistence.until("pieces", signal, async (progressed) => {
        const segment = model.segmentId(line.piece(next).segment);
        const to = line.piece(wish.range.to).record;
        for await (const piece of this.service.pieces(segment, line.track, line.piece(next).record, to, signal)) {
          player.arrived(wish, next, piece);
          next += 1;
          progressed();
          this.pump(player);
        }
        if (next <= wish.range.to) throw new PlayheadError(CUT_SHORT);
      });
      player.fetched(wish);
    } catch (error) {
      // The connection shows what failed; the wish stays unanswered until a person asks, or the player for something else.
      if (!isAbort(error) && !signal.aborted) this.failed = wish;
    } finally {
      if (this.fetching === mine) this.fetching = null;
    }
    this.pump(player);
  }

  private async learn(player: Player, event: LiveEvent, bytes: Uint8Array | null, signal: AbortSignal): Promise<void> {
    const change = player.event(event, performance.now());
    if (change === "reload") await this.reload(player, signal);
    // What was left out is not worth waiting for: the present goes on at the next key picture.
    if (event.kind === "resync" && player.snapshot().live) player.goLive();
    if (event.kind === "piece" && bytes !== null) {
      player.livePiece(event, bytes);
      this.pump(player);
    }
    if (change !== "reload" && change !== "nothing") this.listener.recording(this.model as Recording);
  }

  /** Asks for the index again: the server said that the recording changed while no live stream was open. */
  async refresh(): Promise<void> {
    const { player } = this;
    if (player === null || this.live?.isOpen === true) return;
    const { signal } = this.stop;
    try {
      await this.persistence.until("index", signal, () => this.reload(player, signal));
    } catch {
      // Shown by the connection, or the page is gone.
    }
  }

  private async reload(player: Player, signal: AbortSignal): Promise<void> {
    const recording = new Recording(await this.service.index(signal));
    this.indexAtMs = performance.now();
    this.model = recording;
    player.replace(recording, performance.now());
    this.listener.recording(recording);
  }

  /** Notices a browser that broke or hangs. */
  private watch(player: Player, nowMs: number): void {
    if (this.driver.failure !== null && !this.acting) {
      void this.broken(this.driver.failure);
      return;
    }
    const hangs = this.driver.video.seeking && this.fetching === null && !this.acting;
    if (!hangs) {
      this.stuckSinceMs = null;
      if (player.snapshot().motion === "media") this.restarts = 0;
      return;
    }
    this.stuckSinceMs ??= nowMs;
    if (nowMs - this.stuckSinceMs < STUCK_MS) return;
    this.stuckSinceMs = null;
    void this.broken(new PlayheadError(HANGS));
  }

  private async broken(error: unknown): Promise<void> {
    this.restarts += 1;
    if (this.restarts > RESTARTS_MAX) {
      this.persistence.report("media", { status: "failed", failure: toFailure(error) });
      return;
    }
    await this.restart();
  }

  private async restart(): Promise<void> {
    this.acting = true;
    await this.driver.open();
    this.player?.restart();
    this.acting = false;
  }
}

const NOTHING_YET: Failure = {
  code: "recording.empty",
  message: "Nothing has been recorded yet.",
  hint: "The first pictures arrive within a second or two of the recording's start.",
  remedy: "retry",
};

const NOTHING: Failure = {
  code: "recording.nothing",
  message: "This recording has no pictures.",
  hint: "It was stopped before the first one.",
  remedy: "back",
};

const HANGS: Failure = {
  code: "media.hangs",
  message: "The browser does not show this part of the recording.",
  hint: "Everything it needs is there.",
  remedy: "retry",
};
