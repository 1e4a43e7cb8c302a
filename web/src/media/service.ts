/** The media service of one recording: index, initialisation segments, pieces, thumbnails, live stream. */

import { PlayheadError } from "../core/failure.ts";
import { PieceSplitter } from "../core/fmp4.ts";
import { type LiveMessage, LiveMessageReader } from "../core/live-messages.ts";
import { type RecordingIndex, readIndex } from "../core/recording-index.ts";
import { bytesOf, chunks, jsonOf, request, STALL_MS_MAX } from "../net/http.ts";
import { NEAR_MS, reach } from "./near.ts";
import type { TokenClient } from "./tokens.ts";

/** The live stream tells progress every second: several missing ones mean that nobody is at the other end. */
const LIVE_STALL_MS = 5_000;

export class MediaService {
  private readonly base: string;
  private readonly tokens: TokenClient;

  constructor(recording: string, tokens: TokenClient) {
    this.base = `/media/${encodeURIComponent(recording)}`;
    this.tokens = tokens;
  }

  /** What the recording consists of; with `atUs` only what a first look at that position needs. */
  async index(signal: AbortSignal, atUs: number | null = null): Promise<RecordingIndex> {
    const query = atUs === null ? "" : `?at=${Math.max(0, Math.floor(atUs / 1000))}`;
    return readIndex(await jsonOf(await this.get(`/index${query}`, signal)));
  }

  async initialisation(segment: string, track: number, epoch: number, signal: AbortSignal): Promise<ArrayBuffer> {
    const path = `/${encodeURIComponent(segment)}/init?track=${track}&epoch=${epoch}`;
    return await bytesOf(await this.get(path, signal));
  }

  async thumbnail(segment: string, record: number, signal: AbortSignal): Promise<Blob> {
    return await (await this.get(`/${encodeURIComponent(segment)}/thumbnails/${record}`, signal)).blob();
  }

  /** Up to 25 thumbnails in one picture, by the record of the first. */
  async sprite(segment: string, first: number, signal: AbortSignal): Promise<Blob> {
    return await (await this.get(`/${encodeURIComponent(segment)}/sprites/${first}`, signal)).blob();
  }

  /** The pieces from one record to another, both inclusive, each as soon as it is whole. */
  async *pieces(
    segment: string,
    track: number,
    from: number,
    to: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const path = `/${encodeURIComponent(segment)}/pieces?track=${track}&from=${from}&to=${to}`;
    const splitter = new PieceSplitter();
    const answer = await this.get(path, signal);
    const near = originOf(answer);
    try {
      for await (const chunk of chunks(answer, near === null ? STALL_MS_MAX : NEAR_MS)) yield* splitter.feed(chunk);
    } catch (error) {
      // Whoever asks again is led the other way.
      if (near !== null && !signal.aborted) reach.failed(near);
      throw error;
    }
  }

  /** What is recorded after a record, as it happens; ends when the recording completes. */
  async *live(after: { segment: string; record: number } | null, signal: AbortSignal): AsyncGenerator<LiveMessage> {
    const query = after === null ? "" : `?after=${encodeURIComponent(after.segment)}:${after.record}`;
    const reader = new LiveMessageReader();
    const answer = await this.get(`/live${query}`, signal);
    for await (const chunk of chunks(answer, LIVE_STALL_MS)) yield* reader.feed(chunk);
  }

  private async get(path: string, signal: AbortSignal): Promise<Response> {
    try {
      return await this.once(path, signal);
    } catch (error) {
      // A token can end on the way, or the server can have changed its keys: once more with a new one.
      if (!(error instanceof PlayheadError) || error.failure.remedy !== "sign-in") throw error;
      this.tokens.forget();
      return await this.once(path, signal);
    }
  }

  private async once(path: string, signal: AbortSignal): Promise<Response> {
    const near = await this.tokens.near();
    const origin = near === null ? null : reach.find(near.origins);
    if (near !== null && origin !== null) {
      try {
        const headers = { Authorization: `Bearer ${near.token}` };
        return await request(origin + this.base + path, { signal, headers }, NEAR_MS);
      } catch (error) {
        if (signal.aborted) throw error;
        reach.failed(origin);
      }
    }
    const token = await this.tokens.get();
    return await request(this.base + path, { signal, headers: { Authorization: `Bearer ${token}` } });
  }
}

/** The site that an answer comes from straight; null where it is the page's own server. */
function originOf(answer: Response): string | null {
  if (answer.url === "") return null;
  const { origin } = new URL(answer.url);
  return origin === location.origin ? null : origin;
}
