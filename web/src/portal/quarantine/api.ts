/** What the page of the quarantine asks the server for. */

import type { Session } from "../../core/access.ts";
import { type Page, readPageOf } from "../../core/people.ts";
import {
  type AsideItem,
  type QuarantineItem,
  type QuarantineOrder,
  readAside,
  readOrder,
  readQuarantineItem,
} from "../../core/quarantine.ts";
import { requestJson } from "../../net/http.ts";
import { changed } from "../change.ts";

const PAGE_ITEMS = 60;

export interface QuarantinePage extends Page<QuarantineItem> {
  /** Workstations that keep what was refused. */
  readonly aside: readonly AsideItem[];
}

export async function listQuarantine(before: string | null, signal: AbortSignal): Promise<QuarantinePage> {
  const query = new URLSearchParams({ limit: String(PAGE_ITEMS) });
  if (before !== null) query.set("before", before);
  const value = await requestJson(`/api/quarantine?${query}`, { signal });
  return { ...readPageOf(value, "quarantine", readQuarantineItem), aside: readAside(value) };
}

const path = (id: string, what: string): string => `/api/quarantine/${encodeURIComponent(id)}/${what}`;

/** What its workstation is to do first; null where it is off the list. */
export async function retryQuarantined(session: Session, id: string): Promise<QuarantineOrder | null> {
  return readOrder(await changed(session, "POST", path(id, "retry")));
}

export async function dropQuarantined(session: Session, id: string, reason: string): Promise<QuarantineOrder | null> {
  return readOrder(await changed(session, "POST", path(id, "drop"), { reason }));
}
