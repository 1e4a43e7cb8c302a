/** The bookmarks of every recording one may see: in pages, searched by the server, changed in place. */

import { batch, signal } from "@preact/signals";
import type { Session } from "../../core/access.ts";
import { type Bookmark, type BookmarkDraft, draftBody, readBookmark, readBookmarks } from "../../core/bookmark.ts";
import { type Failure, toFailure } from "../../core/failure.ts";
import { withPage } from "../../core/growing-list.ts";
import { isAbort, requestJson } from "../../net/http.ts";
import { change, changed } from "../change.ts";
import { isSignedOut, mustSignIn } from "../session.ts";

const PAGE_ITEMS = 60;

export class BookmarksStore {
  readonly items = signal<readonly Bookmark[] | null>(null);
  readonly next = signal<string | null>(null);
  readonly loading = signal(false);
  readonly failure = signal<Failure | null>(null);
  readonly query: string;
  private readonly session: Session;
  private readonly stop = new AbortController();

  constructor(query: string, session: Session) {
    this.query = query;
    this.session = session;
  }

  close(): void {
    this.stop.abort();
  }

  async load(): Promise<void> {
    await this.guarded(async () => {
      const page = await this.page(null);
      batch(() => {
        this.items.value = page.items;
        this.next.value = page.next;
      });
    });
  }

  async more(): Promise<void> {
    const before = this.next.value;
    if (before === null || this.loading.value) return;
    await this.guarded(async () => {
      const page = await this.page(before);
      batch(() => {
        this.items.value = withPage(this.items.value ?? [], page.items);
        this.next.value = page.next;
      });
    });
  }

  /** @throws PlayheadError: why it stays as it was. */
  async change(bookmark: Bookmark, draft: BookmarkDraft): Promise<void> {
    const kept = readBookmark(await changed(this.session, "PATCH", addressOf(bookmark.id), draftBody(draft)));
    this.items.value = this.items.value?.map((one) => (one.id === kept.id ? kept : one)) ?? null;
  }

  /** @throws PlayheadError: why it is still there. */
  async remove(bookmark: Bookmark): Promise<void> {
    await change(this.session, "DELETE", addressOf(bookmark.id));
    this.items.value = this.items.value?.filter((one) => one.id !== bookmark.id) ?? null;
  }

  /** Makes one again that was deleted a moment ago. */
  async restore(bookmark: Bookmark, at: number): Promise<void> {
    const body = { ...draftBody(bookmark), recording: bookmark.recording };
    const made = readBookmark(await changed(this.session, "POST", "/api/bookmarks", body));
    this.items.value = this.items.value?.toSpliced(at, 0, made) ?? null;
  }

  private async page(before: string | null) {
    const query = new URLSearchParams({ limit: String(PAGE_ITEMS) });
    if (this.query !== "") query.set("q", this.query);
    if (before !== null) query.set("before", before);
    return readBookmarks(await requestJson(`/api/bookmarks?${query}`, { signal: this.stop.signal }));
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    this.loading.value = true;
    try {
      await work();
      this.failure.value = null;
    } catch (error) {
      if (isAbort(error)) return;
      if (isSignedOut(error)) mustSignIn();
      else this.failure.value = toFailure(error);
    } finally {
      this.loading.value = false;
    }
  }
}

function addressOf(id: string): string {
  return `/api/bookmarks/${encodeURIComponent(id)}`;
}
