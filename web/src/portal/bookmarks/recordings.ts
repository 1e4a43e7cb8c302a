/** The recordings that bookmarks are about: looked up once each, as they come into sight. */

import { type Signal, signal } from "@preact/signals";
import type { RecordingItem } from "../../core/library.ts";
import { getRecording } from "../api.ts";

/** Lookups at a time. */
const AT_ONCE = 3;

/** Null while it is looked up; `gone` where it cannot be seen any more. */
export type Looked = RecordingItem | "gone" | null;

export class RecordingLookup {
  private readonly known = new Map<string, Signal<Looked>>();
  private readonly line: string[] = [];
  private readonly stop = new AbortController();
  private running = 0;

  of(id: string): Signal<Looked> {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const looked = signal<Looked>(null);
    this.known.set(id, looked);
    this.line.push(id);
    this.next();
    return looked;
  }

  close(): void {
    this.stop.abort();
    this.line.length = 0;
  }

  private next(): void {
    const id = this.running < AT_ONCE ? this.line.shift() : undefined;
    if (id === undefined) return;
    this.running += 1;
    const looked = this.known.get(id) as Signal<Looked>;
    getRecording(id, this.stop.signal)
      .then(
        (item) => {
          looked.value = item;
        },
        () => {
          // Deleted, or not this person's any more: the bookmark is still listed, and says so.
          if (!this.stop.signal.aborted) looked.value = "gone";
        },
      )
      .finally(() => {
        this.running -= 1;
        this.next();
      });
  }
}
