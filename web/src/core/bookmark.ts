/** Bookmarks: a moment or a range of a recording, kept with a line of words. */

import { asObject, flag, type Json, list, number, optional, text } from "./decode.ts";

/** As at the server. Counted in characters, not in bytes. */
export const TEXT_MAX = 200;

export interface Bookmark {
  readonly id: string;
  readonly recording: string;
  readonly atUs: number;
  /** The end of a range; null for a moment. */
  readonly endUs: number | null;
  readonly text: string;
  /** Whether everybody who can see the recording sees it. */
  readonly shared: boolean;
  /** Who made it. */
  readonly by: string;
  readonly mine: boolean;
  readonly createdAt: Date;
}

/** What a person writes; the rest the server knows. */
export interface BookmarkDraft {
  readonly atUs: number;
  readonly endUs: number | null;
  readonly text: string;
  readonly shared: boolean;
}

export interface BookmarkPage {
  readonly items: readonly Bookmark[];
  readonly next: string | null;
}

export function readBookmark(value: unknown, path = "bookmark"): Bookmark {
  const from = asObject(value, path);
  const endMs = optional(number, from, "endMs", path);
  return {
    id: text(from, "id", path),
    recording: text(from, "recording", path),
    atUs: number(from, "atMs", path) * 1000,
    endUs: endMs === null ? null : endMs * 1000,
    text: text(from, "text", path),
    shared: flag(from, "shared", path),
    by: text(from, "by", path),
    mine: flag(from, "mine", path),
    createdAt: new Date(text(from, "createdAt", path)),
  };
}

export function readBookmarks(value: unknown): BookmarkPage {
  const from = asObject(value, "bookmarks");
  return {
    items: list(from, "items", "bookmarks", (item: Json, path) => readBookmark(item, path)),
    next: optional(text, from, "next", "bookmarks"),
  };
}

/** A draft as the server takes it. */
export function draftBody(draft: BookmarkDraft): Json {
  return {
    atMs: Math.round(draft.atUs / 1000),
    endMs: draft.endUs === null ? null : Math.round(draft.endUs / 1000),
    text: draft.text.trim(),
    shared: draft.shared,
  };
}

/** In the order of the recording, for a list beside the player. */
export function inOrder(bookmarks: readonly Bookmark[]): Bookmark[] {
  return [...bookmarks].sort(
    (one, other) => one.atUs - other.atUs || one.createdAt.getTime() - other.createdAt.getTime(),
  );
}

/** Whether a bookmark has every word of a search in its text or its author's name. */
export function isFound(bookmark: Bookmark, query: string): boolean {
  const within = `${bookmark.text} ${bookmark.by}`.toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => within.includes(word));
}

/** How many characters may still be written; negative where it is too long. */
export function roomLeft(words: string): number {
  return TEXT_MAX - [...words.trim()].length;
}
