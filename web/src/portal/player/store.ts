/** The player page's state: the engine's reports as signals, and what a person can do. */

import { batch, signal } from "@preact/signals";
import type { Session } from "../../core/access.ts";
import { type Failure, toFailure } from "../../core/failure.ts";
import type { Stretch } from "../../core/idle.ts";
import { type Command, nextSpeed } from "../../core/keys.ts";
import { type RecordingItem, readRecording } from "../../core/library.ts";
import type { Snapshot } from "../../core/player.ts";
import type { Moment, Recording } from "../../core/recording.ts";
import { addressOf } from "../../core/route.ts";
import { CONNECTED, type Connection } from "../../media/connection.ts";
import { Engine } from "../../media/engine.ts";
import { MediaService } from "../../media/service.ts";
import { Thumbnails } from "../../media/thumbnails.ts";
import { TokenClient } from "../../media/tokens.ts";
import { isPlayable, VideoDriver } from "../../media/video.ts";
import { isAbort } from "../../net/http.ts";
import { getRecording } from "../api.ts";
import { listen } from "../feed.ts";
import { isSignedOut, mustSignIn } from "../session.ts";

const NO_PLAYER: Failure = {
  code: "page.no_media_source",
  message: "This browser cannot play recordings.",
  hint: "It lacks Media Source Extensions or H.264. Current Chrome, Edge, Firefox and Safari have both.",
  remedy: "none",
};

/** How long the words for what a key did stay. */
const FLASH_MS = 900;

export class PlayerStore {
  readonly snapshot = signal<Snapshot | null>(null);
  readonly connection = signal<Connection>(CONNECTED);
  readonly recording = signal<Recording | null>(null);
  /** Counts up whenever the recording grew: it does so in place. */
  readonly revision = signal(0);
  readonly item = signal<RecordingItem | null>(null);
  readonly failure = signal<Failure | null>(null);
  readonly flash = signal("");
  readonly helpOpen = signal(false);
  readonly pictureUs = signal(0);
  /** Whether the browser wants a click before it plays. */
  readonly blocked = signal(false);
  private readonly id: string;
  private readonly stop = new AbortController();
  private readonly service: MediaService;
  private readonly thumbnails: Thumbnails;
  private readonly unlisten: () => void;
  private engine: Engine | null = null;
  private flashTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, session: Session) {
    this.id = id;
    this.service = new MediaService(id, new TokenClient(session.tokenUrl, id, session.csrfToken));
    this.thumbnails = new Thumbnails(this.service, this.stop.signal);
    this.unlisten = listen({
      recording: (item) => this.changed(readRecording(item, performance.now())),
      resync: () => void this.loadItem(),
    });
  }

  close(): void {
    this.unlisten();
    this.stop.abort();
    this.engine?.close();
    clearTimeout(this.flashTimer);
  }

  /** Begins to play in an element. */
  async attach(video: HTMLVideoElement, positionUs: number | null): Promise<void> {
    if (!isPlayable()) {
      this.failure.value = NO_PLAYER;
      return;
    }
    void this.loadItem();
    this.followPictures(video);
    const driver = new VideoDriver(video);
    this.engine = new Engine(this.service, driver, {
      changed: (snapshot) => {
        this.snapshot.value = snapshot;
        this.blocked.value = driver.blocked;
      },
      connection: (connection) => {
        this.connection.value = connection;
        if (connection.status === "failed" && connection.failure.remedy === "sign-in") mustSignIn();
      },
      recording: (recording) =>
        batch(() => {
          this.recording.value = recording;
          this.revision.value += 1;
        }),
    });
    try {
      await this.engine.open({ positionUs, track: null });
    } catch (error) {
      if (isAbort(error) || this.stop.signal.aborted) return;
      if (isSignedOut(error)) mustSignIn();
      else this.failure.value = toFailure(error);
    }
  }

  private followPictures(video: HTMLVideoElement): void {
    const next = (): void => {
      video.requestVideoFrameCallback((_, picture) => {
        this.pictureUs.value = Math.round(picture.mediaTime * 1_000_000);
        if (!this.stop.signal.aborted) next();
      });
    };
    if ("requestVideoFrameCallback" in video) next();
  }

  private async loadItem(): Promise<void> {
    try {
      this.changed(await getRecording(this.id, this.stop.signal));
    } catch (error) {
      if (isSignedOut(error)) mustSignIn();
      // The title stays without its facts; whether the recording can be played, the player says.
    }
  }

  private changed(item: RecordingItem): void {
    if (item.id !== this.id) return;
    this.item.value = item;
    const recording = this.recording.value;
    if (recording !== null && recording.state !== item.state) void this.engine?.refresh();
  }

  /** Tries again what failed. */
  retry(): void {
    this.failure.value = null;
    this.engine?.retry();
  }

  /** The address of a small picture for a position. */
  thumbnail(positionUs: number): Promise<string | null> {
    const track = this.snapshot.value?.track;
    const found = track === undefined ? null : (this.recording.value?.thumbnailAt(track, positionUs) ?? null);
    return found === null ? Promise.resolve(null) : this.thumbnails.get(found.segment, found.record);
  }

  say(words: string): void {
    this.flash.value = words;
    clearTimeout(this.flashTimer);
    this.flashTimer = setTimeout(() => {
      this.flash.value = "";
    }, FLASH_MS);
  }

  seek(positionUs: number): void {
    this.engine?.ask((player) => player.seek(positionUs));
  }

  /**
   * Follows a drag along the timeline: the playhead goes with it, the picture as often as the browser is ready for it.
   */
  scrub(positionUs: number, settled: boolean): void {
    if (settled || this.snapshot.value?.loading === false) this.seek(positionUs);
  }

  /** The idle stretches of the chosen monitor. */
  idle(): readonly Stretch[] {
    return this.engine?.idle ?? [];
  }

  toggle(): void {
    const playing = this.snapshot.value?.playing ?? false;
    this.engine?.ask((player) => (playing && !this.blocked.value ? player.pause() : player.play()));
  }

  step(seconds: number): void {
    const from = this.snapshot.value?.positionUs;
    if (from === undefined) return;
    this.seek(from + seconds * 1_000_000);
    this.say(`${seconds < 0 ? "−" : "+"}${Math.abs(seconds)} s`);
  }

  setSpeed(speed: number): void {
    this.engine?.ask((player) => player.setSpeed(speed));
    this.say(`${speed}×`);
  }

  goLive(): void {
    this.engine?.ask((player) => player.goLive());
  }

  toggleSkipIdle(): void {
    const on = !(this.snapshot.value?.skipIdle ?? false);
    this.engine?.ask((player) => player.setSkipIdle(on));
    this.say(on ? "Skipping idle stretches" : "Playing idle stretches");
  }

  chooseTrack(track: number): void {
    this.engine?.ask((player) => player.chooseTrack(track));
  }

  private nextTrack(): void {
    const tracks = this.recording.value?.tracks ?? [];
    const at = tracks.findIndex((track) => track.id === this.snapshot.value?.track);
    const next = tracks[(at + 1) % tracks.length];
    if (next === undefined || tracks.length < 2) return;
    this.chooseTrack(next.id);
    this.say(next.name);
  }

  private toMoment(direction: 1 | -1): void {
    const at = this.snapshot.value?.positionUs ?? 0;
    const moments = momentsOf(this.recording.value);
    const found =
      direction > 0
        ? moments.find((moment) => moment.positionUs > at + 500_000)
        : moments.findLast((moment) => moment.positionUs < at - 1_500_000);
    if (found !== undefined) this.seek(found.positionUs);
  }

  /** A link to this moment, in the clipboard. */
  async copyLink(): Promise<void> {
    const momentUs = this.snapshot.value?.positionUs ?? null;
    const address = location.origin + addressOf({ page: "recording", id: this.id, momentUs });
    try {
      await navigator.clipboard.writeText(address);
      this.say("Link copied");
    } catch {
      // Without a secure connection the browser has no clipboard for pages: the address bar has the link then.
      history.replaceState(null, "", address);
      this.say("The link is in the address bar");
    }
  }

  /** Does what a key asks; the page does the rest. True where it was done here. */
  obey(command: Command): boolean {
    const { snapshot } = this;
    const duration = snapshot.value?.durationUs ?? 0;
    const speed = snapshot.value?.speed ?? 1;
    switch (command.do) {
      case "toggle":
        this.toggle();
        return true;
      case "step":
        this.step(command.seconds);
        return true;
      case "frame":
        this.engine?.ask((player) => player.stepFrame(command.direction));
        return true;
      case "share":
        this.seek(duration * command.share);
        return true;
      case "end":
        if (snapshot.value?.growing) this.goLive();
        else this.seek(duration);
        return true;
      case "faster":
      case "slower":
        this.setSpeed(nextSpeed(speed, command.do === "faster" ? 1 : -1));
        return true;
      case "normal-speed":
        this.setSpeed(1);
        return true;
      case "live":
        this.goLive();
        return true;
      case "skip-idle":
        this.toggleSkipIdle();
        return true;
      case "next-track":
        this.nextTrack();
        return true;
      case "copy-link":
        void this.copyLink();
        return true;
      case "moment":
        this.toMoment(command.direction);
        return true;
      case "help":
        this.helpOpen.value = true;
        return true;
      case "fullscreen":
        return false;
    }
  }
}

/** Everything that happened, gaps included, in order. */
export function momentsOf(recording: Recording | null): readonly Moment[] {
  if (recording === null) return [];
  const gaps = recording.gaps().map((gap) => ({ positionUs: gap.fromUs, code: "gap", details: { ...gap } }));
  return [...recording.moments(), ...gaps].sort((one, other) => one.positionUs - other.positionUs);
}
