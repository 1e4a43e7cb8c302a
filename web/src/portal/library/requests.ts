/** What the library asks of the server, besides the list itself. */

import type { Session } from "../../core/access.ts";
import {
  type BulkResult,
  type Facets,
  readBulk,
  readFacets,
  readView,
  readViews,
  type SavedView,
  type ViewDraft,
} from "../../core/facets.ts";
import { requestJson } from "../../net/http.ts";
import { change, changed } from "../change.ts";

/** As many recordings as the server changes at once. */
export const BULK_ITEMS_MAX = 500;

/** As much of what somebody types as the server looks for. */
const PREFIX_CHARS_MAX = 40;

export type BulkOrder =
  | { readonly action: "tag" | "untag"; readonly tag: string }
  | { readonly action: "hold" | "release"; readonly reason: string };

/** What there is to narrow to; `prefix` narrows that itself. */
export async function getFacets(prefix: string, signal: AbortSignal): Promise<Facets> {
  const query = prefix === "" ? "" : `?${new URLSearchParams({ q: prefix.slice(0, PREFIX_CHARS_MAX) })}`;
  return readFacets(await requestJson(`/api/recordings/facets${query}`, { signal }));
}

export async function listViews(signal: AbortSignal): Promise<SavedView[]> {
  return readViews(await requestJson("/api/views", { signal }));
}

/** Saves a view: a new one, or `id` anew. */
export async function saveView(session: Session, draft: ViewDraft, id: string | null): Promise<SavedView> {
  if (id === null) return readView(await changed(session, "POST", "/api/views", draft));
  return readView(await changed(session, "PUT", `/api/views/${encodeURIComponent(id)}`, draft));
}

export async function deleteView(session: Session, id: string): Promise<void> {
  await change(session, "DELETE", `/api/views/${encodeURIComponent(id)}`);
}

/** Changes many recordings, in as many requests as that needs. */
export async function changeMany(session: Session, ids: readonly string[], order: BulkOrder): Promise<BulkResult> {
  const result = { done: 0, refused: [] as { id: string; code: string }[] };
  for (let at = 0; at < ids.length; at += BULK_ITEMS_MAX) {
    const body = { recordings: ids.slice(at, at + BULK_ITEMS_MAX), ...order };
    const part = readBulk(await changed(session, "POST", "/api/recordings/bulk", body));
    result.done += part.done;
    result.refused.push(...part.refused);
  }
  return result;
}
