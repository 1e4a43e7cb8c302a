/** What the pages of coverage ask the server for. */

import { type CoverageFilter, coverageParams, daysOn } from "../../core/coverage-words.ts";
import { filterRequest, NO_FILTER } from "../../core/filter.ts";
import { type RecordingItem, readPage } from "../../core/library.ts";
import {
  type CoverageNow,
  type NamedDay,
  readDays,
  readNow,
  readSiteDay,
  type SiteDay,
  type WorkstationDay,
} from "../../core/site-coverage.ts";
import { requestJson } from "../../net/http.ts";

const PAGE_ITEMS = 100;
/** More workstations are not laid out at once: the search finds the others. */
export const ROWS_MAX = 2_000;
/** Recordings of one workstation and day that are looked through for what lies around a gap. */
const RECORDINGS_MAX = 200;
const DAY_MS = 86_400_000;

/** A whole day of a site, all its pages: it is sorted by what is wrong, and counted. */
export async function getDay(filter: CoverageFilter, signal: AbortSignal): Promise<SiteDay> {
  const items: WorkstationDay[] = [];
  let after: string | null = null;
  for (;;) {
    const page = await dayPage(coverageParams(filter), after, signal);
    items.push(...page.items);
    if (page.next === null || items.length >= ROWS_MAX) return { ...page, items };
    after = page.next;
  }
}

/** One workstation's day, by the clocks of its site. */
export function getDayOf(workstation: string, day: string | null, signal: AbortSignal): Promise<SiteDay> {
  const query = new URLSearchParams({ workstation });
  if (day !== null) query.set("day", day);
  return dayPage(query, null, signal);
}

async function dayPage(query: URLSearchParams, after: string | null, signal: AbortSignal): Promise<SiteDay> {
  query.set("limit", String(PAGE_ITEMS));
  if (after !== null) query.set("after", after);
  return readSiteDay(await requestJson(`/api/coverage?${query}`, { signal }));
}

export async function getNow(site: string | null, signal: AbortSignal): Promise<CoverageNow> {
  const query = site === null ? "" : `?${new URLSearchParams({ site })}`;
  return readNow(await requestJson(`/api/coverage/now${query}`, { signal }));
}

/** Some days of one workstation, up to and with `last`; newest first. */
export async function getDays(
  workstation: string,
  last: string,
  count: number,
  signal: AbortSignal,
): Promise<readonly NamedDay[]> {
  const query = new URLSearchParams({ from: daysOn(last, 1 - count), to: last });
  const path = `/api/coverage/workstations/${encodeURIComponent(workstation)}`;
  const days = readDays(await requestJson(`${path}?${query}`, { signal }));
  return days.sort((one, other) => other.day.localeCompare(one.day));
}

/** The recordings of a workstation that a day may see something of. */
export async function recordingsOf(
  workstation: string,
  from: Date,
  to: Date,
  signal: AbortSignal,
): Promise<readonly RecordingItem[]> {
  // One that began the day before may reach into this one.
  const since = new Date(from.getTime() - DAY_MS).toISOString();
  const filter = { ...NO_FILTER, workstations: [workstation], from: since, to: to.toISOString() };
  const found: RecordingItem[] = [];
  for (let before: string | null = null; found.length < RECORDINGS_MAX; ) {
    const query = filterRequest(filter, from);
    query.set("limit", "50");
    if (before !== null) query.set("before", before);
    const page = readPage(await requestJson(`/api/recordings?${query}`, { signal }), performance.now());
    found.push(...page.items);
    before = page.next;
    if (before === null) break;
  }
  return found;
}
