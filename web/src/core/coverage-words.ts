/** Coverage in words: what may be said of a workstation, its day and the site; and the order in which they stand. */

import type { RecordingItem } from "./library.ts";
import { KINDS, type Kind, kindLabel, weightOf } from "./reasons.ts";
import type { DayCoverage, MissingSum, StripSpan, WorkstationDay } from "./site-coverage.ts";
import { lengthText } from "./time.ts";

/** Less than this is rounding at the ends of segments. */
const NOTHING_MS = 500;

/** `98.2 %`; never rounded up to all, nor down to nothing. */
export function shareText(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const percent = (100 * part) / whole;
  if (percent > 99.9 && part < whole) return "> 99.9 %";
  if (percent < 0.1 && part > 0) return "< 0.1 %";
  const digits = percent >= 100 || percent === 0 ? 0 : 1;
  return `${percent.toFixed(digits)} %`;
}

/** How much is missing that should not be. */
export function faultMs(missing: readonly MissingSum[]): number {
  return missing.filter((one) => weightOf(one.code) === "fault").reduce((sum, one) => sum + one.ms, 0);
}

export interface Share {
  readonly kind: Kind;
  readonly ms: number;
}

/** What became of all that was due, for each kind there is: what is recorded first, then the most. */
export function sharesOf(days: readonly DayCoverage[]): Share[] {
  const sums = new Map<Kind, number>();
  const add = (kind: Kind, ms: number): void => {
    sums.set(kind, (sums.get(kind) ?? 0) + ms);
  };
  for (const day of days) {
    add("kept", day.keptMs);
    for (const one of day.missing) add(one.code, one.ms);
  }
  return KINDS.flatMap((kind) => {
    const ms = sums.get(kind) ?? 0;
    return ms < NOTHING_MS ? [] : [{ kind, ms }];
  }).sort((one, other) => Number(other.kind === "kept") - Number(one.kind === "kept") || other.ms - one.ms);
}

/** A day as one sentence, for those who cannot see its strip. */
export function dayWords(day: DayCoverage): string {
  if (day.dueMs < NOTHING_MS) return "Nothing was to be recorded.";
  const head = `${lengthText(day.keptMs)} of ${lengthText(day.dueMs)} recorded.`;
  const missing = sharesOf([day]).filter((one) => one.kind !== "kept");
  if (missing.length === 0) return `${head} Nothing is missing.`;
  return `${head} Missing: ${missing.map((one) => `${kindLabel(one.kind).toLowerCase()} ${lengthText(one.ms)}`).join(", ")}.`;
}

export type CoverageTone = "live" | "warn" | "neutral" | "accent";

export interface StateWords {
  readonly tone: CoverageTone;
  readonly text: string;
}

/** What may be said of a workstation now. Only what is durable counts as recorded: the server says which that is. */
export function stateWords(item: WorkstationDay): StateWords {
  const isLost = item.code === "unknown" && item.state === "offline";
  const why = isLost ? "Not connected" : item.code === null ? "" : kindLabel(item.code);
  if (item.alarm) return { tone: "live", text: why || "Not recorded" };
  if (item.covered === true) return { tone: "accent", text: "Recorded" };
  if (item.covered === false) {
    const tone = item.code !== null && weightOf(item.code) === "fault" ? "warn" : "neutral";
    return { tone, text: why || "Not recorded" };
  }
  return { tone: "neutral", text: "Nothing due" };
}

/** Rows stand in these groups, in this order; the first two of a day that is over differ. */
export type CoverageGroup = "alarm" | "uncovered" | "covered" | "idle" | "faulty" | "whole";

export const GROUP_TITLES: Readonly<Record<CoverageGroup, string>> = {
  alarm: "Should be recorded, and is not",
  uncovered: "Not recorded, for a reason",
  covered: "Recorded now",
  idle: "Nothing due",
  faulty: "Something is missing",
  whole: "Nothing is missing without an excuse",
};

const ORDER: readonly CoverageGroup[] = ["alarm", "faulty", "uncovered", "covered", "whole", "idle"];

/** `isToday`: while a day goes on, what is now counts; afterwards, what is missing. */
export function groupOf(item: WorkstationDay, isToday: boolean): CoverageGroup {
  if (isToday) {
    if (item.alarm) return "alarm";
    if (item.covered === null) return "idle";
    return item.covered ? "covered" : "uncovered";
  }
  if (item.dueMs < NOTHING_MS) return "idle";
  return faultMs(item.missing) >= NOTHING_MS ? "faulty" : "whole";
}

/** A row in the group it stands in: where rows are held in their places, that may be another one than it belongs to. */
export interface PlacedDay extends WorkstationDay {
  readonly group: CoverageGroup;
}

const byName = (one: WorkstationDay, other: WorkstationDay): number =>
  (one.agent || one.workstation).localeCompare(other.agent || other.workstation, undefined, { numeric: true }) ||
  one.workstation.localeCompare(other.workstation, undefined, { numeric: true });

/** Alarms first; then by name, because a row is found again by its place. */
export function inCoverageOrder(items: readonly WorkstationDay[], isToday: boolean): PlacedDay[] {
  return items
    .map((item) => ({ ...item, group: groupOf(item, isToday) }))
    .sort((one, other) => ORDER.indexOf(one.group) - ORDER.indexOf(other.group) || byName(one, other));
}

/** The new state of every row in the place it had; who is new stands at the end of their group. */
export function heldInPlace(
  shown: readonly PlacedDay[],
  items: readonly WorkstationDay[],
  isToday: boolean,
): PlacedDay[] {
  const left = new Map(items.map((item) => [item.workstation, item]));
  const held: PlacedDay[] = [];
  for (const one of shown) {
    const item = left.get(one.workstation);
    left.delete(one.workstation);
    if (item !== undefined) held.push({ ...item, group: one.group });
  }
  for (const item of inCoverageOrder([...left.values()], isToday)) {
    const after = held.findLastIndex((one) => ORDER.indexOf(one.group) <= ORDER.indexOf(item.group));
    held.splice(after + 1, 0, item);
  }
  return held;
}

/** How many rows stand elsewhere than they belong. */
export function misplaced(shown: readonly PlacedDay[], isToday: boolean): number {
  return shown.filter((one) => one.group !== groupOf(one, isToday)).length;
}

/** As long as a search may be, as at the server. */
export const SEARCH_CHARS_MAX = 100;

/** What the page is narrowed to, as its address says it. */
export interface CoverageFilter {
  /** `2026-11-23`; null for today, where the site is. */
  readonly day: string | null;
  /** Which site's; null for the first one's, or the only one's. */
  readonly site: string | null;
  readonly search: string;
  readonly problems: boolean;
}

const dayOf = (text: string | null): string | null => (text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null);

export function readCoverageFilter(query: string): CoverageFilter {
  const params = new URLSearchParams(query);
  return {
    day: dayOf(params.get("day")),
    site: params.get("site") || null,
    search: (params.get("q") ?? "").slice(0, SEARCH_CHARS_MAX),
    problems: params.get("problem") === "true",
  };
}

/** The part of the address after `?`, and of the request. */
export function coverageParams({ day, site, search, problems }: CoverageFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (day !== null) params.set("day", day);
  if (site !== null) params.set("site", site);
  if (search !== "") params.set("q", search);
  if (problems) params.set("problem", "true");
  return params;
}

/** A day some days on, by the calendar. */
export function daysOn(day: string, by: number): string {
  const at = new Date(`${day}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}

/** `Monday, 23 November 2026`. */
export function dayTitle(day: string, today: string, locale?: string, short = false): string {
  if (day === today) return "Today";
  if (day === daysOn(today, -1)) return "Yesterday";
  const style = short
    ? ({ weekday: "short", day: "numeric", month: "short" } as const)
    : ({ weekday: "long", day: "numeric", month: "long", year: "numeric" } as const);
  return new Date(`${day}T12:00:00Z`).toLocaleDateString(locale, { ...style, timeZone: "UTC" });
}

/** A recording that a missing stretch lies in, with the position to look from; null where there is none. */
export function recordingAround(
  recordings: readonly RecordingItem[],
  from: Date,
  span: StripSpan,
): { readonly id: string; readonly momentUs: number } | null {
  const beginsAt = from.getTime() + span.fromMs;
  const endsAt = from.getTime() + span.toMs;
  for (const one of recordings) {
    const startedAt = one.startedAt.getTime();
    if (endsAt <= startedAt || beginsAt >= startedAt + one.durationMs) continue;
    return { id: one.id, momentUs: Math.max(0, beginsAt - startedAt - RUN_UP_MS) * 1000 };
  }
  return null;
}

/** What was before it went missing is of interest too. */
const RUN_UP_MS = 3_000;
