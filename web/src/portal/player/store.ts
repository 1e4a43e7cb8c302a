/** The player page's state: the engine's reports as signals, and what a person can do. */

import { batch, signal } from "@preact/signals";
import type { Session } from "../../core/access.ts";
import { type Failure, toFailure } from "../../core/failure.ts";
import { type Stretch, savedUs } from "../../core/idle.ts";
import { type RecordingItem, readRecording } from "../../core/library.ts";
import { momentsOf } from "../../core/moments.ts";
import { type PictureSource, Pictures } from "../../core/pictures.ts";
import type { Snapshot } from "../../core/player.ts";
import { clipped, type Marks, marked, NO_MARKS, type PlayRange, rangeOf } from "../../core/range.ts";
import type { Recording } from "../../core/recording.ts";
import { addressOf } from "../../core/route.ts";
import { lengthText, positionText } from "../../core/time.ts";
import { CONNECTED, type Connection } from "../../media/connection.ts";
import { Engine } from "../../media/engine.ts";
import { MediaService } from "../../media/service.ts";
import { Thumbnails } from "../../media/thumbnails.ts";
import { isPlayable, VideoDriver } from "../../media/video.ts";
import { isAbort } from "../../net/http.ts";
import { toast } from "../../ui/toast.tsx";
import { getRecording } from "../api.ts";
import { listen } from "../feed.ts";
import { isSignedOut, mustSignIn } from "../session.ts";
import { tokensOf } from "./ahead.ts";
import { ApplicationStore } from "./applications.ts";
import { BookmarkStore } from "./bookmarks.ts";
import { DownloadStore } from "./download.ts";
import { SystemControls } from "./media-session.ts";
import { PictureStore } from "./picture.ts";
import { ScreenStore } from "./screen.ts";

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
  /** Who looks. */
  readonly session: Session;
  readonly item = signal<RecordingItem | null>(null);
  readonly failure = signal<Failure | null>(null);
  readonly flash = signal("");
  readonly helpOpen = signal(false);
  readonly pictureUs = signal(0);
  /** Whether the browser wants a click before it plays. */
  readonly blocked = signal(false);
  /** The ends of the range as far as they are set. */
  readonly marks = signal<Marks>(NO_MARKS);
  /** 0 to 1; 0 is mute. */
  readonly volume = signal(0);
  readonly id: string;
  readonly picture = new PictureStore();
  readonly bookmarks: BookmarkStore;
  readonly applications: ApplicationStore;
  readonly download: DownloadStore;
  readonly screen: ScreenStore;
  private readonly stop = new AbortController();
  private readonly service: MediaService;
  private readonly thumbnails: Thumbnails;
  private readonly unlisten: () => void;
  private readonly system: SystemControls;
  private engine: Engine | null = null;
  private driver: VideoDriver | null = null;
  private tileVideos = new Map<number, HTMLVideoElement>();
  private loudness = 1;
  private flashTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, session: Session) {
    this.session = session;
    this.id = id;
    this.service = new MediaService(id, tokensOf(id, session));
    this.thumbnails = new Thumbnails(this.service, this.stop.signal);
    this.bookmarks = new BookmarkStore(id, session, this.stop.signal);
    this.applications = new ApplicationStore(id, session, this.stop.signal);
    this.download = new DownloadStore(id, session, this.stop.signal);
    this.screen = new ScreenStore((words) => this.say(words), this.stop.signal);
    this.system = new SystemControls({
      play: () => this.engine?.ask((player) => player.play()),
      pause: () => this.engine?.ask((player) => player.pause()),
      seek: (positionUs) => this.seek(positionUs),
      step: (seconds) => this.step(seconds),
    });
    this.unlisten = listen({
      recording: (item) => this.changed(readRecording(item, performance.now())),
      resync: () => void this.loadItem(),
    });
  }

  close(): void {
    this.unlisten();
    this.stop.abort();
    this.engine?.close();
    this.system.close();
    clearTimeout(this.flashTimer);
  }

  /** Begins to play in an element. */
  async attach(video: HTMLVideoElement, positionUs: number | null, range: PlayRange | null): Promise<void> {
    if (!isPlayable()) {
      this.failure.value = NO_PLAYER;
      return;
    }
    this.followPictures(video);
    const driver = new VideoDriver(video);
    this.driver = driver;
    this.engine = new Engine(this.service, driver, {
      changed: (snapshot) => {
        this.snapshot.value = snapshot;
        this.blocked.value = driver.blocked;
        this.thumbnails.yieldWhile(snapshot.loading);
        this.system.follow(snapshot, performance.now());
      },
      connection: (connection) => {
        this.connection.value = connection;
        if (connection.status === "failed" && connection.failure.remedy === "sign-in") mustSignIn();
      },
      recording: (recording) => {
        // What stands beside the picture is asked for after it: the server has one thing to do at a time.
        if (this.recording.value === null) this.loadBeside();
        batch(() => {
          this.recording.value = recording;
          this.revision.value += 1;
        });
      },
    });
    try {
      await this.engine.open({ positionUs: positionUs ?? range?.fromUs ?? null, track: null });
      if (range !== null) this.setRange(range);
    } catch (error) {
      if (isAbort(error) || this.stop.signal.aborted) return;
      if (isSignedOut(error)) mustSignIn();
      else this.failure.value = toFailure(error);
      if (this.recording.value === null) this.loadBeside();
    }
  }

  private loadBeside(): void {
    void this.loadItem();
    void this.bookmarks.load();
    void this.applications.load(() => this.recording.value?.growing === true);
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
    this.system.describe(item);
    const recording = this.recording.value;
    if (recording !== null && recording.state !== item.state) void this.engine?.refresh();
  }

  /** The player's box and its video, for what is done with the window. */
  attachScreen(box: HTMLElement, video: HTMLVideoElement): void {
    this.screen.attach(box, video, this.stop.signal);
  }

  /** An address was opened in this page. */
  visit(momentUs: number | null, range: PlayRange | null): void {
    if (range !== null) this.setRange(range);
    const toUs = momentUs ?? range?.fromUs ?? null;
    if (toUs !== null) this.seek(toUs);
  }

  /** The page is seen again: what waits for the network tries at once. */
  wake(): void {
    if (this.connection.value.status === "retrying") this.retry();
  }

  /** Tries again what failed. */
  retry(): void {
    this.failure.value = null;
    this.engine?.retry();
  }

  /** The small pictures of a monitor, for the timeline. */
  picturesOf(track: number): PictureSource {
    return this.thumbnails.source(() => this.recording.value?.pictures(track) ?? new Pictures([], track));
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
    const saved = lengthText(savedUs(this.idle(), this.snapshot.value?.positionUs ?? 0) / 1000);
    this.say(on ? `Skipping idle stretches: saves ${saved} from here` : "Playing idle stretches");
  }

  stepFrame(direction: 1 | -1): void {
    this.engine?.ask((player) => player.stepFrame(direction));
  }

  // ---- range

  /** Sets one end of the range where the playhead is; with both it begins to play over and over. */
  mark(end: "in" | "out"): void {
    const { value } = this.snapshot;
    if (value === null) return;
    const marks = marked(this.marks.value, end, value.positionUs);
    this.marks.value = marks;
    const range = rangeOf(marks);
    this.applyRange(range);
    if (range !== null) this.say(`Range of ${lengthText((range.toUs - range.fromUs) / 1000)}, over and over`);
    else if (marks.inUs !== null) this.say(`Range from ${positionText(marks.inUs)}: ] ends it`);
    else this.say(`Range to ${positionText(marks.outUs ?? 0)}: [ begins it`);
  }

  /** The part that plays over and over; null for none. */
  setRange(range: PlayRange | null): void {
    const kept = range === null ? null : clipped(range, this.snapshot.value?.durationUs ?? range.toUs);
    this.marks.value = kept === null ? NO_MARKS : { inUs: kept.fromUs, outUs: kept.toUs };
    this.applyRange(kept);
  }

  private applyRange(range: PlayRange | null): void {
    this.engine?.ask((player) => player.setRange(range));
  }

  // ---- monitors and sound

  chooseTrack(track: number): void {
    if (this.picture.tiled.value) this.toggleTiles();
    this.picture.whole();
    this.engine?.ask((player) => player.chooseTrack(track));
  }

  nextTrack(): void {
    const tracks = this.monitors();
    const at = tracks.findIndex((track) => track.id === this.snapshot.value?.track);
    const next = tracks[(at + 1) % tracks.length];
    if (next === undefined || tracks.length < 2) return;
    this.chooseTrack(next.id);
    this.say(next.name);
  }

  /** The tracks with pictures. */
  monitors(): Recording["tracks"] {
    return this.recording.value?.tracks.filter((track) => track.kind === "video") ?? [];
  }

  get hasSound(): boolean {
    return this.recording.value?.tracks.some((track) => track.kind === "audio") ?? false;
  }

  /** All monitors side by side, or the leading one alone. */
  toggleTiles(): void {
    if (this.monitors().length < 2) return;
    this.picture.tiled.value = !this.picture.tiled.value;
    if (!this.picture.tiled.value) this.showTiles(new Map());
  }

  /** The element for another monitor came, or went. */
  tileVideo(track: number, video: HTMLVideoElement | null): void {
    const videos = new Map(this.tileVideos);
    if (video === null) videos.delete(track);
    else videos.set(track, video);
    this.showTiles(videos);
  }

  private showTiles(videos: Map<number, HTMLVideoElement>): void {
    this.tileVideos = videos;
    this.engine?.showBeside(videos);
  }

  setVolume(volume: number): void {
    this.volume.value = volume;
    if (volume > 0) this.loudness = volume;
    this.driver?.setVolume(volume);
  }

  toggleMute(): void {
    if (this.hasSound) this.setVolume(this.volume.value > 0 ? 0 : this.loudness);
  }

  // ---- moments

  toMoment(direction: 1 | -1): void {
    const at = this.snapshot.value?.positionUs ?? 0;
    const moments = momentsOf(this.recording.value);
    const found =
      direction > 0
        ? moments.find((moment) => moment.positionUs > at + 500_000)
        : moments.findLast((moment) => moment.positionUs < at - 1_500_000);
    if (found !== undefined) this.seek(found.positionUs);
    else this.say(direction > 0 ? "No event after this" : "No event before this");
  }

  /** Begins to write a bookmark for this moment, or for the range where there is one. */
  bookmark(): void {
    const { value } = this.snapshot;
    if (value === null) return;
    const range = value.range;
    const atUs = Math.round(range?.fromUs ?? value.positionUs);
    this.bookmarks.begin({ id: null, atUs, endUs: range?.toUs ?? null, text: "", shared: false });
  }

  /** A link to this moment, or to the range, in the clipboard. */
  async copyLink(withRange: boolean): Promise<void> {
    const { value } = this.snapshot;
    const range = withRange ? (value?.range ?? null) : null;
    if (withRange && range === null) {
      this.say("There is no range: [ and ] mark one");
      return;
    }
    const momentUs = range === null ? (value?.positionUs ?? null) : null;
    const address = location.origin + addressOf({ page: "recording", id: this.id, momentUs, range });
    const what =
      range === null
        ? `at ${positionText(momentUs ?? 0)}`
        : `from ${positionText(range.fromUs)} to ${positionText(range.toUs)}`;
    try {
      await navigator.clipboard.writeText(address);
      this.tell("Link copied", `It opens this recording ${what}.`);
    } catch {
      // Without a secure connection the browser has no clipboard for pages: the address bar has the link then.
      history.replaceState(null, "", address);
      this.tell("The link is in the address bar", "This browser lets pages copy only over HTTPS.");
    }
  }

  /** Says what was done where it can be seen: toasts do not reach a player on the whole screen. */
  tell(text: string, hint: string): void {
    if (this.screen.fullscreen.value) this.say(text);
    else toast({ text, hint });
  }
}
