/** The bookmarks of the recording that is played. */

import { computed, signal } from "@preact/signals";
import type { Session } from "../../core/access.ts";
import {
  type Bookmark,
  type BookmarkDraft,
  draftBody,
  inOrder,
  isFound,
  readBookmark,
  readBookmarks,
} from "../../core/bookmark.ts";
import { type Failure, toFailure } from "../../core/failure.ts";
import { isAbort, requestJson } from "../../net/http.ts";
import { change, changed } from "../change.ts";

/** As many as a page of the list at the server. A recording with more is searched there. */
const PAGE_ITEMS = 100;
/** More pages than these are not for a panel beside a player. */
const PAGES_MAX = 10;

/** What is being written: a new bookmark, or an old one with its id. */
export interface Editing extends BookmarkDraft {
  readonly id: string | null;
}

export class BookmarkStore {
  readonly items = signal<readonly Bookmark[]>([]);
  /** Why the list could not be loaded. */
  readonly failure = signal<Failure | null>(null);
  readonly loaded = signal(false);
  readonly query = signal("");
  readonly editing = signal<Editing | null>(null);
  /** Why what was written could not be kept. */
  readonly refusal = signal<Failure | null>(null);
  readonly saving = signal(false);
  readonly found = computed(() => this.items.value.filter((one) => isFound(one, this.query.value)));
  private readonly recording: string;
  private readonly session: Session;
  private readonly signal: AbortSignal;

  constructor(recording: string, session: Session, stop: AbortSignal) {
    this.recording = recording;
    this.session = session;
    this.signal = stop;
  }

  /** Whether bookmarks for everybody may be made. */
  get mayShare(): boolean {
    return this.session.permissions.has("annotate");
  }

  async load(): Promise<void> {
    this.failure.value = null;
    try {
      const items: Bookmark[] = [];
      let before: string | null = null;
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const query = new URLSearchParams({ recording: this.recording, limit: String(PAGE_ITEMS) });
        if (before !== null) query.set("before", before);
        const answer = readBookmarks(await requestJson(`/api/bookmarks?${query}`, { signal: this.signal }));
        items.push(...answer.items);
        before = answer.next;
        if (before === null) break;
      }
      this.items.value = inOrder(items);
      this.loaded.value = true;
    } catch (error) {
      if (!isAbort(error)) this.failure.value = toFailure(error);
    }
  }

  begin(draft: Editing): void {
    this.refusal.value = null;
    this.editing.value = draft;
  }

  cancel(): void {
    this.editing.value = null;
  }

  /** Keeps what is written; true when that is done. */
  async save(): Promise<boolean> {
    const draft = this.editing.value;
    if (draft === null || this.saving.value) return false;
    this.saving.value = true;
    this.refusal.value = null;
    try {
      const kept =
        draft.id === null
          ? await this.send("POST", "/api/bookmarks", { ...draftBody(draft), recording: this.recording })
          : await this.send("PATCH", this.addressOf(draft.id), draftBody(draft));
      const bookmark = readBookmark(kept);
      this.items.value = inOrder([...this.items.value.filter((one) => one.id !== bookmark.id), bookmark]);
      this.editing.value = null;
      return true;
    } catch (error) {
      if (!isAbort(error)) this.refusal.value = toFailure(error);
      return false;
    } finally {
      this.saving.value = false;
    }
  }

  /** @throws PlayheadError: why it is still there. */
  async remove(bookmark: Bookmark): Promise<void> {
    await change(this.session, "DELETE", this.addressOf(bookmark.id), undefined, { signal: this.signal });
    this.items.value = this.items.value.filter((one) => one.id !== bookmark.id);
  }

  /** Makes one again that was deleted a moment ago. */
  async restore(bookmark: Bookmark): Promise<void> {
    const body = { ...draftBody(bookmark), recording: this.recording };
    const kept = readBookmark(await this.send("POST", "/api/bookmarks", body));
    this.items.value = inOrder([...this.items.value, kept]);
  }

  private addressOf(id: string): string {
    return `/api/bookmarks/${encodeURIComponent(id)}`;
  }

  private async send(method: "POST" | "PATCH", url: string, body: object): Promise<unknown> {
    return await changed(this.session, method, url, body, { signal: this.signal });
  }
}
