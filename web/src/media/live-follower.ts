/** Follows a recording that grows: keeps the live stream open while it is wanted, whatever the network does. */

import { PlayheadError } from "../core/failure.ts";
import type { LiveEvent } from "../core/recording-index.ts";
import { isAbort } from "../net/http.ts";
import { CUT_SHORT, type Persistence } from "./connection.ts";
import type { MediaService } from "./service.ts";

/** A stream that is no longer wanted stays open for this long: a short step back and forth keeps it. */
const LINGER_MS = 5_000;

/** What the follower asks of the engine, and tells it. */
export interface Followed {
  /** The record after which the stream has news. */
  newest(): { readonly segment: string; readonly record: number } | null;
  growing(): boolean;
  /** Whether the index is so new that the stream can go on from it. */
  isCurrent(): boolean;
  reload(signal: AbortSignal): Promise<void>;
  /** An event; `bytes` are the piece's that it announces. */
  learn(event: LiveEvent, bytes: Uint8Array | null, signal: AbortSignal): Promise<void>;
}

export class LiveFollower {
  private readonly service: MediaService;
  private readonly persistence: Persistence;
  private readonly stop: AbortSignal;
  private readonly followed: Followed;
  private open: AbortController | null = null;
  private failed = false;
  private unwantedAtMs: number | null = null;

  constructor(service: MediaService, persistence: Persistence, stop: AbortSignal, followed: Followed) {
    this.service = service;
    this.persistence = persistence;
    this.stop = stop;
    this.followed = followed;
  }

  get isOpen(): boolean {
    return this.open !== null;
  }

  /** May be tried again after it failed for good. */
  retry(): void {
    this.failed = false;
  }

  /** Opens the stream when it is wanted, and closes it a while after it no longer is. */
  follow(wanted: boolean, nowMs: number): void {
    if (wanted) {
      this.unwantedAtMs = null;
      if (this.open === null && !this.failed) void this.run();
      return;
    }
    if (this.open === null) return;
    this.unwantedAtMs ??= nowMs;
    if (nowMs - this.unwantedAtMs < LINGER_MS) return;
    this.open.abort();
    this.open = null;
  }

  private async run(): Promise<void> {
    const open = new AbortController();
    this.open = open;
    const signal = AbortSignal.any([open.signal, this.stop]);
    let first = true;
    try {
      await this.persistence.until("live", signal, async (progressed) => {
        // After an interruption, what happened meanwhile is in the index; the stream goes on from there.
        if (!first || !this.followed.isCurrent()) await this.followed.reload(signal);
        first = false;
        progressed();
        while (await this.listen(signal, progressed)) progressed();
        // The stream ends with the recording. If it does not say so, it was cut, and is opened again.
        if (this.followed.growing()) throw new PlayheadError(CUT_SHORT);
        await this.followed.reload(signal);
      });
    } catch (error) {
      this.failed = !isAbort(error) && !signal.aborted;
    } finally {
      if (this.open === open) this.open = null;
    }
  }

  /** Listens until the stream ends; true where it is to be opened again with a fresh token. */
  private async listen(signal: AbortSignal, progressed: () => void): Promise<boolean> {
    let announced: LiveEvent | null = null;
    for await (const message of this.service.live(this.followed.newest(), signal)) {
      progressed();
      if (message.type === "piece") {
        // The event and its bytes are taken together, so that nobody asks the server for what is already here.
        if (announced !== null) await this.followed.learn(announced, message.bytes, signal);
        announced = null;
      } else if (message.event.kind === "piece") {
        announced = message.event;
      } else if (message.event.kind === "renew") {
        return true;
      } else {
        await this.followed.learn(message.event, null, signal);
      }
    }
    return false;
  }
}
