/** The portal's API: what the pages ask the server for. */

import { readSession, type Session } from "../core/access.ts";
import { asObject, optional, text } from "../core/decode.ts";
import { type Filter, filterRequest } from "../core/filter.ts";
import {
  type Page,
  type RecordingItem,
  readPage,
  readRecording,
  readWorkstations,
  type WorkstationItem,
} from "../core/library.ts";
import { requestJson } from "../net/http.ts";
import { change, changed } from "./change.ts";

/** One screenful and a bit: the next page is asked for before the end is seen. */
const PAGE_ITEMS = 50;

export async function getSession(): Promise<Session> {
  return readSession(await requestJson("/api/session"));
}

export async function signOut(session: Session): Promise<void> {
  await change(session, "DELETE", "/api/session");
}

export async function listRecordings(filter: Filter, before: string | null, signal: AbortSignal): Promise<Page> {
  const query = filterRequest(filter, new Date());
  query.set("limit", String(PAGE_ITEMS));
  let place = before;
  for (;;) {
    if (place !== null) query.set("before", place);
    const page = readPage(await requestJson(`/api/recordings?${query}`, { signal }), performance.now());
    // What is rare is looked for some thousands at a time, and there may be none among them.
    if (page.items.length > 0 || page.next === null) return page;
    place = page.next;
  }
}

export async function getRecording(id: string, signal: AbortSignal): Promise<RecordingItem> {
  return readRecording(await requestJson(`/api/recordings/${encodeURIComponent(id)}`, { signal }), performance.now());
}

export async function listWorkstations(signal: AbortSignal): Promise<WorkstationItem[]> {
  return readWorkstations(await requestJson("/api/workstations", { signal }), performance.now());
}

/** Starts or stops recording; the recording that was started or stopped, if any. */
export async function record(session: Session, workstation: string, action: "start" | "stop"): Promise<string | null> {
  const url = `/api/workstations/${encodeURIComponent(workstation)}/record`;
  const value = await changed(session, "POST", url, { action });
  return optional(text, asObject(value, "record"), "recording", "record");
}
