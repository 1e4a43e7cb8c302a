/** The player in the browser: the pure player of the core, the video element and the network, brought together. */

import { type Failure, PlayheadError, toFailure } from "../core/failure.ts";
import type { Stretch } from "../core/idle.ts";
import type { Line } from "../core/line.ts";
import { Player, type Snapshot } from "../core/player.ts";
import { Recording } from "../core/recording.ts";
import type { LiveEvent } from "../core/recording-index.ts";
import { pause } from "../net/backoff.ts";
import { Companion } from "./companion.ts";
import { type Connection, Persistence } from "./connection.ts";
import { LiveFollower } from "./live-follower.ts";
import { Pump, type Supply } from "./pump.ts";
import type { MediaService } from "./service.ts";
import { joiningHere, type VideoDriver } from "./video.ts";

/** The page's clock: twenty times a second is finer than the pictures are. */
const TICK_MS = 50;
/** An index this new needs no other before the live stream goes on from it. */
const INDEX_FRESH_MS = 2_000;
/** A seek that the browser has not finished after this time, with everything at hand, has to begin anew. */
const STUCK_MS = 6_000;
/** What the first look left out is asked for after this time in any case. */
const FILL_AFTER_MS = 2_000;
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
  private pump: Pump | null = null;
  private companions: readonly Companion[] = [];
  private live: LiveFollower | null = null;
  private indexAtMs = 0;
  private stuckSinceMs: number | null = null;
  private restarts = 0;
  private filling = false;
  private readonly supply: Supply;

  constructor(service: MediaService, driver: VideoDriver, listener: Listener) {
    this.service = service;
    this.driver = driver;
    this.listener = listener;
    const { signal } = this.stop;
    this.persistence = new Persistence(signal, (connection) => listener.connection(connection));
    const recording = (): Recording => this.model as Recording;
    this.supply = { service, persistence: this.persistence, signal, recording };
  }

  /** Opens the recording and begins to play. Fails only where waiting cannot help; that is reported as well. */
  async open(start: Start): Promise<void> {
    const { signal } = this.stop;
    const [recording] = await Promise.all([
      this.persistence.until("index", signal, () => this.beginning(start.positionUs ?? 0, signal)),
      this.driver.open(),
    ]);
    if (signal.aborted) return;
    const track = (recording.tracks.find((one) => one.id === start.track) ?? recording.tracks[0])?.id ?? 0;
    this.model = recording;
    const player = new Player(recording, track, joiningHere(), performance.now());
    this.player = player;
    this.pump = new Pump(
      this.supply,
      this.driver,
      player,
      "",
      () => this.driver.obey(player.tick(performance.now(), this.driver.positionUs)),
      (error) => void this.broken(error),
    );
    this.live = this.follower(player);
    if (start.positionUs === null && recording.growing) this.player.goLive();
    else this.player.seek(start.positionUs ?? 0);
    this.player.play();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.tick();
    // The first pieces are asked for before the page draws what it now knows.
    await pause(0, signal);
    this.listener.recording(recording);
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

  /** The recording as soon as it has a picture; of a long one as much as is needed to begin. */
  private async beginning(positionUs: number, signal: AbortSignal): Promise<Recording> {
    const hasPicture = (one: Recording): boolean => one.tracks.some((track) => one.line(track.id).length > 0);
    let recording = new Recording(await this.service.index(signal, positionUs));
    if (!recording.whole && !hasPicture(recording)) recording = new Recording(await this.service.index(signal));
    this.indexAtMs = performance.now();
    if (hasPicture(recording)) return recording;
    throw new PlayheadError(recording.growing ? NOTHING_YET : NOTHING);
  }

  close(): void {
    this.stop.abort();
    clearInterval(this.timer);
    this.showBeside(new Map());
    this.driver.close();
  }

  /** Shows other monitors in videos of their own, in step with the one that leads; none ends that. */
  showBeside(videos: ReadonlyMap<number, HTMLVideoElement>): void {
    const kept = this.companions.filter((one) => videos.get(one.track) === one.driver.video);
    for (const companion of this.companions) if (!kept.includes(companion)) companion.close();
    const known = new Set(kept.map((one) => one.track));
    const more = [...videos].filter(([track]) => !known.has(track));
    this.companions = [...kept, ...more.map(([track, video]) => new Companion(this.supply, video, track))];
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
    this.filling = false;
    this.live?.retry();
    this.pump?.retry();
    for (const companion of this.companions) companion.retry();
    for (const line of ["index", "media", "live"]) this.persistence.report(line, null);
    this.persistence.now();
    if (this.driver.failure !== null) void this.restart();
  }

  private tick(): void {
    const { player, model } = this;
    if (player === null || model === null || this.stop.signal.aborted) return;
    const nowMs = performance.now();
    const order = player.tick(nowMs, this.driver.positionUs);
    this.driver.obey(order);
    this.pump?.run();
    this.live?.follow(player.wantsLiveStream, nowMs);
    this.watch(player, nowMs);
    const snapshot = player.snapshot();
    for (const companion of this.companions) companion.follow(snapshot, nowMs);
    const settled = !snapshot.loading || player.isLost || nowMs - this.indexAtMs > FILL_AFTER_MS;
    if (!model.whole && !this.filling && settled) void this.fill(player, model);
    this.listener.changed(snapshot);
  }

  private async learn(player: Player, event: LiveEvent, bytes: Uint8Array | null, signal: AbortSignal): Promise<void> {
    const change = player.event(event, performance.now());
    if (change === "reload") await this.reload(player, signal);
    // What was left out is not worth waiting for: the present goes on at the next key picture.
    if (event.kind === "resync" && player.snapshot().live) player.goLive();
    if (event.kind === "piece" && bytes !== null) {
      player.livePiece(event, bytes);
      for (const companion of this.companions) companion.follower.livePiece(event, bytes);
      this.pump?.run();
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

  /** Asks for what the first look left out, now that there is a picture. */
  private async fill(player: Player, model: Recording): Promise<void> {
    const { signal } = this.stop;
    this.filling = true;
    try {
      const index = await this.persistence.until("index", signal, () => this.service.index(signal));
      // A newer index may have taken its place, and is whole.
      if (this.model !== model) {
        this.filling = false;
        return;
      }
      const plans = [player, ...this.companions.map((companion) => companion.follower)];
      const before = plans.map((plan) => model.line(plan.track));
      model.fill(index);
      plans.forEach((plan, number) => {
        plan.moved(before[number] as Line);
      });
      this.listener.recording(model);
      this.pump?.run();
      this.filling = false;
    } catch {
      // Shown by the connection, or the page is gone; asked again when a person wants it.
    }
  }

  private async reload(player: Player, signal: AbortSignal): Promise<void> {
    const recording = new Recording(await this.service.index(signal));
    this.indexAtMs = performance.now();
    this.model = recording;
    player.replace(recording, performance.now());
    for (const companion of this.companions) companion.follower.replace(recording);
    this.listener.recording(recording);
  }

  /** Notices a browser that broke or hangs. */
  private watch(player: Player, nowMs: number): void {
    if (this.driver.failure !== null && this.pump?.isActing === false) {
      void this.broken(this.driver.failure);
      return;
    }
    const idle = this.pump?.isActing === false && !this.pump.isFetching;
    const hangs = this.driver.video.seeking && idle;
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
    await this.pump?.alone(async () => {
      await this.driver.open();
      this.player?.restart();
    });
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
