/** The library's state: pages of recordings and the workstations, kept current by the feed. */

import { batch, signal } from "@preact/signals";
import { type Failure, toFailure } from "../../core/failure.ts";
import type { Filter } from "../../core/filter.ts";
import {
  matches,
  merged,
  type RecordingItem,
  readRecording,
  readWorkstation,
  type WorkstationItem,
} from "../../core/library.ts";
import { isAbort } from "../../net/http.ts";
import { listRecordings, listWorkstations } from "../api.ts";
import { listen } from "../feed.ts";
import { isSignedOut, mustSignIn } from "../session.ts";

export class LibraryStore {
  readonly items = signal<readonly RecordingItem[] | null>(null);
  readonly workstations = signal<readonly WorkstationItem[] | null>(null);
  readonly failure = signal<Failure | null>(null);
  readonly loading = signal(false);
  /** Cursor of the next page; null at the end. */
  readonly next = signal<string | null>(null);
  private readonly filter: Filter;
  private readonly stop = new AbortController();
  private readonly unlisten: () => void;

  constructor(filter: Filter) {
    this.filter = filter;
    this.unlisten = listen({
      recording: (item) => this.changed(readRecording(item, performance.now())),
      workstation: (item) => this.workstationChanged(readWorkstation(item)),
      resync: () => void this.load(),
    });
  }

  close(): void {
    this.unlisten();
    this.stop.abort();
  }

  /** Loads the first page and the workstations. What is shown stays until the new is there. */
  async load(): Promise<void> {
    await this.guarded(async (signal) => {
      const [page, workstations] = await Promise.all([
        listRecordings(this.filter, null, signal),
        listWorkstations(signal),
      ]);
      batch(() => {
        this.items.value = page.items;
        this.next.value = page.next;
        this.workstations.value = workstations;
      });
    });
  }

  /** Loads the next page. */
  async more(): Promise<void> {
    const before = this.next.value;
    if (before === null || this.loading.value) return;
    await this.guarded(async (signal) => {
      const page = await listRecordings(this.filter, before, signal);
      const known = new Set(this.items.value?.map((item) => item.id));
      batch(() => {
        this.items.value = [...(this.items.value ?? []), ...page.items.filter((item) => !known.has(item.id))];
        this.next.value = page.next;
      });
    });
  }

  private async guarded(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.loading.value = true;
    try {
      await work(this.stop.signal);
      this.failure.value = null;
    } catch (error) {
      if (isAbort(error)) return;
      if (isSignedOut(error)) mustSignIn();
      else this.failure.value = toFailure(error);
    } finally {
      this.loading.value = false;
    }
  }

  private changed(item: RecordingItem): void {
    const items = this.items.value;
    if (items === null) return;
    if (matches(item, this.filter)) this.items.value = merged(items, item, this.next.value === null);
    else this.items.value = items.filter((one) => one.id !== item.id);
  }

  private workstationChanged(item: WorkstationItem): void {
    const known = this.workstations.value;
    if (known === null) return;
    const others = known.filter((one) => one.id !== item.id);
    this.workstations.value = [...others, item].sort((one, other) => one.name.localeCompare(other.name));
  }
}
