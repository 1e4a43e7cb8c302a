/** The library's list: pages of recordings, kept current by the feed, without a jump while somebody reads. */

import { batch, computed, signal } from "@preact/signals";
import { type Failure, toFailure } from "../../core/failure.ts";
import { type Filter, filterQuery, NO_FILTER } from "../../core/filter.ts";
import { newcomers, withChanges, withFirst, withPage } from "../../core/growing-list.ts";
import { type RecordingItem, readRecording } from "../../core/library.ts";
import type { RecordingState } from "../../core/recording-index.ts";
import { isAbort } from "../../net/http.ts";
import { listRecordings } from "../api.ts";
import { listen } from "../feed.ts";
import { isSignedOut, mustSignIn } from "../session.ts";

/** Changes of the feed are shown together: two hundred recordings under way change two hundred times in two seconds. */
const FLUSH_MS = 200;
/** The first page is asked for again at most so often, however much is new. */
const FRESH_MS = 1_500;
/** Recordings remembered as not belonging to what is asked for; past that they are judged again. */
const STRANGERS_MAX = 5_000;

export class LibraryStore {
  readonly items = signal<readonly RecordingItem[] | null>(null);
  readonly failure = signal<Failure | null>(null);
  readonly loading = signal(false);
  /** Cursor of the next page; null at the end. */
  readonly next = signal<string | null>(null);
  /** New ones that wait at the beginning until the reader wants them. */
  readonly waiting = signal<readonly RecordingItem[]>([]);
  readonly arrived = computed(() => this.waiting.value.length);
  readonly filter: Filter;
  private readonly stop = new AbortController();
  private readonly unlisten: () => void;
  private readonly changes = new Map<string, RecordingItem>();
  /** By id the state in which the server left it out. */
  private readonly strangers = new Map<string, RecordingState>();
  /** Where new ones may appear by themselves: nobody reads further down. */
  private readonly isAtTop: () => boolean;
  private flushTimer: ReturnType<typeof setTimeout> | undefined;
  private freshTimer: ReturnType<typeof setTimeout> | undefined;
  private askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(filter: Filter, isAtTop: () => boolean) {
    this.filter = filter;
    this.isAtTop = isAtTop;
    this.unlisten = listen({
      recording: (item) => this.changed(readRecording(item, performance.now())),
      resync: () => void this.refresh(),
    });
  }

  close(): void {
    this.unlisten();
    clearTimeout(this.flushTimer);
    clearTimeout(this.freshTimer);
    this.stop.abort();
  }

  get query(): string {
    return filterQuery(this.filter);
  }

  /** Begins with a list that was shown a moment ago. */
  adopt(items: readonly RecordingItem[], next: string | null): void {
    batch(() => {
      this.items.value = items;
      this.next.value = next;
    });
  }

  /** Loads the first page. What is shown stays until the new is there. */
  async load(): Promise<void> {
    await this.guarded(async (signal) => {
      this.askedAtMs = performance.now();
      const page = await listRecordings(this.filter, null, signal);
      batch(() => {
        this.items.value = page.items;
        this.next.value = page.next;
        this.waiting.value = [];
      });
    });
  }

  /** Loads the next page. */
  async more(): Promise<void> {
    const before = this.next.value;
    if (before === null || this.loading.value) return;
    await this.guarded(async (signal) => {
      const page = await listRecordings(this.filter, before, signal);
      batch(() => {
        this.items.value = withPage(this.items.value ?? [], page.items);
        this.next.value = page.next;
      });
    });
  }

  /** Shows the new ones that wait. */
  showNew(): void {
    const waiting = this.waiting.value;
    this.waiting.value = [];
    if (this.filter.order !== NO_FILTER.order) void this.load();
    else this.items.value = withPage(waiting, this.items.value ?? []);
  }

  /** What somebody did to items, shown before the server tells it to everybody. */
  amend(ids: ReadonlySet<string>, how: (item: RecordingItem) => RecordingItem): void {
    this.items.value = this.items.value?.map((item) => (ids.has(item.id) ? how(item) : item)) ?? null;
  }

  /** Asks for the first page again, and lets what is new in. */
  async refresh(): Promise<void> {
    const items = this.items.value;
    if (items === null || this.failure.value !== null) {
      await this.load();
      return;
    }
    await this.guarded(async (signal) => {
      this.askedAtMs = performance.now();
      const page = await listRecordings(this.filter, null, signal);
      const known = this.items.value ?? [];
      if (this.isAtTop()) {
        const merged = withFirst(known, page.items);
        batch(() => {
          this.waiting.value = [];
          this.items.value = merged ?? page.items;
          if (merged === null || merged.length === page.items.length) this.next.value = page.next;
        });
        return;
      }
      batch(() => {
        this.items.value = withChanges(known, new Map(page.items.map((item) => [item.id, item])));
        this.waiting.value = newcomers(known, page.items);
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
    this.changes.set(item.id, item);
    this.flushTimer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  private flush(): void {
    this.flushTimer = undefined;
    const items = this.items.value;
    const changes = new Map(this.changes);
    this.changes.clear();
    if (items === null) return;
    this.items.value = withChanges(items, changes);
    const known = new Set([...items, ...this.waiting.value].map((one) => one.id));
    // Only the server knows whether a new one, or one whose state is another now, belongs to what is asked for.
    const unknown = [...changes.values()].filter(
      (one) => !known.has(one.id) && this.strangers.get(one.id) !== one.state,
    );
    if (this.strangers.size > STRANGERS_MAX) this.strangers.clear();
    for (const one of unknown) this.strangers.set(one.id, one.state);
    const left = this.filter.states.length > 0 && this.leavers(items, changes);
    if ((unknown.length === 0 && !left) || this.freshTimer !== undefined) return;
    const waitMs = Math.max(0, this.askedAtMs + FRESH_MS - performance.now());
    this.freshTimer = setTimeout(() => {
      this.freshTimer = undefined;
      void this.refresh();
    }, waitMs);
  }

  private leavers(items: readonly RecordingItem[], changes: ReadonlyMap<string, RecordingItem>): boolean {
    return items.some((one) => {
      const state = changes.get(one.id)?.state;
      return state !== undefined && state !== one.state && !this.filter.states.includes(state);
    });
  }
}
