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
import { request, requestJson } from "../../net/http.ts";

/** As many recordings as the server changes at once. */
export const BULK_ITEMS_MAX = 500;

/** As much of what somebody types as the server looks for. */
const PREFIX_CHARS_MAX = 40;

export type BulkOrder =
  | { readonly action: "tag" | "untag"; readonly tag: string }
  | { readonly action: "hold" | "release"; readonly reason: string };

function change(session: Session, method: string, body?: object): RequestInit {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": session.csrfToken };
  return body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
}

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
  if (id === null) return readView(await requestJson("/api/views", change(session, "POST", draft)));
  return readView(await requestJson(`/api/views/${encodeURIComponent(id)}`, change(session, "PUT", draft)));
}

export async function deleteView(session: Session, id: string): Promise<void> {
  await request(`/api/views/${encodeURIComponent(id)}`, change(session, "DELETE"));
}

/** Changes many recordings, in as many requests as that needs. */
export async function changeMany(session: Session, ids: readonly string[], order: BulkOrder): Promise<BulkResult> {
  const result = { done: 0, refused: [] as { id: string; code: string }[] };
  for (let at = 0; at < ids.length; at += BULK_ITEMS_MAX) {
    const body = { recordings: ids.slice(at, at + BULK_ITEMS_MAX), ...order };
    const part = readBulk(await requestJson("/api/recordings/bulk", change(session, "POST", body)));
    result.done += part.done;
    result.refused.push(...part.refused);
  }
  return result;
}
