/** What the page of the logs asks the server for. */

import { type LogFilter, type LogPage, logsRequest, readLogPage } from "../../core/logs.ts";
import { requestJson } from "../../net/http.ts";
import { at } from "../at-site.tsx";

/** Some screenfuls: a page costs the server hardly more for many lines than for few. */
const PAGE_LINES = 200;

/** A page that begins before a place, or with the newest; times in words are those of `now`. */
export async function listLines(
  filter: LogFilter,
  now: Date,
  before: string | null,
  signal: AbortSignal,
): Promise<LogPage> {
  const query = logsRequest(filter, now);
  query.set("limit", String(PAGE_LINES));
  if (before !== null) query.set("before", before);
  return readLogPage(await requestJson(at(`/api/logs?${query}`), { signal }));
}

/** Where the same lines come as they are said. */
export function tailAddress(filter: LogFilter, now: Date): string {
  const query = logsRequest(filter, now);
  return at(query.size === 0 ? "/api/logs/tail" : `/api/logs/tail?${query}`);
}

/** Where all of the same lines are, as a file. */
export function fileAddress(filter: LogFilter, now: Date, format: "jsonl" | "text"): string {
  const query = logsRequest(filter, now);
  query.set("format", format);
  return at(`/api/logs/export?${query}`);
}
