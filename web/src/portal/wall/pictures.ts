/** The small pictures of the wall: only those in sight are fetched, and only when they changed. */

import { type Signal, signal } from "@preact/signals";
import { PlayheadError } from "../../core/failure.ts";
import { isAbort, request } from "../../net/http.ts";

/** Requests at a time: a browser has six connections to a server, and the page needs some. */
const AT_ONCE = 3;

interface Held {
  readonly url: Signal<string | null>;
  etag: string;
  /** `thumbnailAt` of what is shown, or was last asked for. */
  at: number;
}

export class WallPictures {
  private readonly held = new Map<string, Held>();
  private readonly stop = new AbortController();
  private readonly line: { readonly workstation: string; readonly at: number }[] = [];
  private running = 0;

  /** The object address of a workstation's picture, as it changes. */
  of(workstation: string): Signal<string | null> {
    return this.entry(workstation).url;
  }

  /** Asks for the picture of a time, unless it is there or in line. */
  want(workstation: string, at: Date): void {
    const entry = this.entry(workstation);
    if (entry.at === at.getTime()) return;
    entry.at = at.getTime();
    this.line.push({ workstation, at: at.getTime() });
    this.next();
  }

  close(): void {
    this.stop.abort();
    for (const { url } of this.held.values()) if (url.value !== null) URL.revokeObjectURL(url.value);
    this.held.clear();
  }

  private entry(workstation: string): Held {
    const known = this.held.get(workstation);
    if (known !== undefined) return known;
    const entry: Held = { url: signal(null), etag: "", at: 0 };
    this.held.set(workstation, entry);
    return entry;
  }

  private next(): void {
    if (this.running >= AT_ONCE || this.stop.signal.aborted) return;
    const job = this.line.shift();
    if (job === undefined) return;
    // One that was overtaken by a newer one in line is not worth fetching.
    const overtaken = this.line.some((other) => other.workstation === job.workstation);
    this.running += 1;
    (overtaken ? Promise.resolve() : this.fetch(job.workstation, job.at)).finally(() => {
      this.running -= 1;
      this.next();
    });
    this.next();
  }

  private async fetch(workstation: string, at: number): Promise<void> {
    const entry = this.entry(workstation);
    const path = `/api/wall/${encodeURIComponent(workstation)}/thumbnail`;
    const query = new URLSearchParams({ at: new Date(at).toISOString() });
    const headers: Record<string, string> = entry.etag === "" ? {} : { "If-None-Match": entry.etag };
    try {
      const response = await request(`${path}?${query}`, { headers, cache: "no-store", signal: this.stop.signal });
      const url = URL.createObjectURL(await response.blob());
      const last = entry.url.value;
      entry.etag = response.headers.get("ETag") ?? "";
      entry.url.value = url;
      if (last !== null) URL.revokeObjectURL(last);
    } catch (error) {
      if (isAbort(error)) return;
      // 304: what is shown is the newest. Anything else: what is shown stays, and is asked for again with the next.
      if (!(error instanceof PlayheadError) || error.failure.code !== "http.304") entry.at = 0;
    }
  }
}
