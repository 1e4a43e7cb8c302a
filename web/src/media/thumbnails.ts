/** Thumbnails as object addresses, fetched once, the oldest let go. */

import type { MediaService } from "./service.ts";

/** A hundred pictures of about 10 kB: a sweep over the whole timeline stays in memory. */
export const THUMBNAILS_MAX = 150;

export class Thumbnails {
  private readonly service: MediaService;
  private readonly signal: AbortSignal;
  private readonly held = new Map<string, Promise<string | null>>();

  constructor(service: MediaService, signal: AbortSignal) {
    this.service = service;
    this.signal = signal;
    signal.addEventListener("abort", () => this.forget(), { once: true });
  }

  /** The address of a thumbnail, or null where it cannot be had: a missing picture is not worth a message. */
  get(segment: string, record: number): Promise<string | null> {
    const key = `${segment}:${record}`;
    const known = this.held.get(key);
    if (known !== undefined) {
      this.held.delete(key);
      this.held.set(key, known);
      return known;
    }
    const fetched = this.service.thumbnail(segment, record, this.signal).then(
      (blob) => URL.createObjectURL(blob),
      () => {
        this.held.delete(key);
        return null;
      },
    );
    this.held.set(key, fetched);
    this.trim();
    return fetched;
  }

  private trim(): void {
    for (const [key, address] of this.held) {
      if (this.held.size <= THUMBNAILS_MAX) return;
      this.held.delete(key);
      void address.then((url) => url !== null && URL.revokeObjectURL(url));
    }
  }

  private forget(): void {
    for (const address of this.held.values()) void address.then((url) => url !== null && URL.revokeObjectURL(url));
    this.held.clear();
  }
}
