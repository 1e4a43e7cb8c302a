/** The media element with its source buffer: does what the core says, one action after the other. */

import { PlayheadError } from "../core/failure.ts";
import type { Joining } from "../core/feed.ts";
import { INTO_PICTURE_US } from "../core/loader.ts";
import type { VideoOrder } from "../core/player.ts";

/** Room on the timeline behind what is known: a recording that grows must not change the duration all the time. */
const TIMELINE_S = 7 * 24 * 3600;

export function isPlayable(): boolean {
  return typeof MediaSource !== "undefined" && MediaSource.isTypeSupported('video/mp4; codecs="avc1.640028"');
}

/**
 * How pictures of unknown end are laid in this browser. There is nothing to test but the pictures themselves, so it is
 * told by a property that only Firefox's engine has.
 */
export function joiningHere(): Joining {
  return CSS.supports("-moz-appearance", "none") ? "join" : "overlap";
}

function broken(detail: string): PlayheadError {
  return new PlayheadError({
    code: "media.decode",
    message: "The browser could not show this part of the recording.",
    hint: detail,
    remedy: "retry",
  });
}

export class VideoDriver {
  readonly video: HTMLVideoElement;
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private codec = "";
  private objectUrl = "";
  private rate = 1;
  private wantsToRun = false;
  /** Whether the browser refused to play without a click. */
  blocked = false;

  constructor(video: HTMLVideoElement) {
    this.video = video;
    // There is no sound yet; what has some is unmuted by a person, as browsers want it.
    video.muted = true;
    video.preservesPitch = true;
    video.playsInline = true;
    video.disableRemotePlayback = true;
  }

  /** Gives the element a new, empty source. */
  async open(): Promise<void> {
    this.close();
    const source = new MediaSource();
    this.source = source;
    this.objectUrl = URL.createObjectURL(source);
    const opened = new Promise<void>((resolve) => {
      source.addEventListener("sourceopen", () => resolve(), { once: true });
    });
    this.video.src = this.objectUrl;
    await opened;
    URL.revokeObjectURL(this.objectUrl);
    // It may have been closed meanwhile, or opened anew: then this one is nobody's.
    if (this.source === source) source.duration = TIMELINE_S;
  }

  close(): void {
    if (this.source === null) return;
    this.source = null;
    this.buffer = null;
    this.codec = "";
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** Prepares the buffer for pictures of a codec and size. */
  async initialise(codec: string, bytes: ArrayBuffer): Promise<void> {
    const source = this.source;
    if (source === null) return;
    const type = `video/mp4; codecs="${codec}"`;
    if (!MediaSource.isTypeSupported(type)) throw broken(`It does not play ${codec}.`);
    if (this.buffer === null) this.buffer = source.addSourceBuffer(type);
    else if (this.codec !== codec) this.buffer.changeType(type);
    this.codec = codec;
    await this.append(bytes);
  }

  async append(bytes: BufferSource): Promise<void> {
    await this.settle((buffer) => buffer.appendBuffer(bytes));
  }

  async remove(toUs: number): Promise<void> {
    await this.settle((buffer) => buffer.remove(0, toUs / 1_000_000));
  }

  async clear(): Promise<void> {
    if (this.buffer === null) return;
    this.buffer.abort();
    await this.settle((buffer) => buffer.remove(0, Number.POSITIVE_INFINITY));
  }

  private settle(act: (buffer: SourceBuffer) => void): Promise<void> {
    const buffer = this.buffer;
    if (buffer === null) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = (error: PlayheadError | null): void => {
        buffer.removeEventListener("updateend", ended);
        buffer.removeEventListener("error", failed);
        if (error === null) resolve();
        else reject(error);
      };
      const ended = (): void => finish(null);
      const failed = (): void => finish(broken(this.video.error?.message ?? "The media is damaged."));
      buffer.addEventListener("updateend", ended);
      buffer.addEventListener("error", failed);
      try {
        act(buffer);
      } catch (error) {
        finish(broken(error instanceof Error ? error.message : String(error)));
      }
    });
  }

  /** The element's clock in microseconds, or null while it has no picture for it. */
  get positionUs(): number | null {
    const { video } = this;
    if (video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    return Math.round(video.currentTime * 1_000_000);
  }

  /** What broke the element, or null. */
  get failure(): PlayheadError | null {
    return this.video.error === null ? null : broken(this.video.error.message);
  }

  /** How loud it is, 0 to 1; 0 is mute. */
  setVolume(volume: number): void {
    this.video.volume = volume;
    this.video.muted = volume === 0;
  }

  obey(order: VideoOrder): void {
    if (order.setUs !== null && !this.isAt(order.setUs)) this.video.currentTime = order.setUs / 1_000_000;
    if (order.rate !== this.rate || this.video.playbackRate !== order.rate) {
      this.rate = order.rate;
      this.video.playbackRate = order.rate;
    }
    this.wantsToRun = order.runs;
    if (!order.runs && !this.video.paused) this.video.pause();
    if (order.runs && this.video.paused && !this.blocked) this.run();
  }

  /** Whether the element stands there already and has shown nothing yet: a new one does at the beginning. */
  private isAt(positionUs: number): boolean {
    const { video } = this;
    const fresh = !video.seeking && video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA;
    return fresh && Math.abs(video.currentTime * 1_000_000 - positionUs) <= INTO_PICTURE_US;
  }

  private run(): void {
    this.video.play().then(
      () => {
        if (!this.wantsToRun) this.video.pause();
      },
      (error: unknown) => {
        // A pause or a new source in between is no failure; a browser that wants a click first is told apart.
        this.blocked = error instanceof DOMException && error.name === "NotAllowedError";
      },
    );
  }
}
