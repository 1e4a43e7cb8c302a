/** What a report is about: read from the address, written to it, and asked of the server. */

import { BYS, type By } from "./analytics.ts";
import { ANY_TIME, chosenRange, readTime, type TimeChoice, writeTime } from "./time-choice.ts";

export const ANALYTICS_SECTIONS = ["usage", "compare", "outliers", "unknown", "idle", "moments"] as const;
export type AnalyticsSection = (typeof ANALYTICS_SECTIONS)[number];

/** What a period is held against. */
export const AGAINST = ["before", "week", "month", "year"] as const;
export type Against = (typeof AGAINST)[number];

/** Empty lists and texts narrow nothing. */
export interface AnalyticsFilter extends TimeChoice {
  readonly by: By;
  readonly against: Against;
  readonly agents: readonly string[];
  readonly group: string | null;
  readonly applications: readonly string[];
  /** Patterns: `*` is anything. */
  readonly title: string;
  readonly url: string;
  readonly rule: string;
}

/** Where nothing is said of the time. */
const USUAL = "last-7-days";

export const NO_ANALYTICS_FILTER: AnalyticsFilter = {
  ...ANY_TIME,
  when: USUAL,
  by: "application",
  against: "before",
  agents: [],
  group: null,
  applications: [],
  title: "",
  url: "",
  rule: "",
};

/** As many values of one field; and as long as a pattern may be; the server refuses more. */
const VALUES_MAX = 20;
export const PATTERN_CHARS_MAX = 200;

const several = (params: URLSearchParams, key: string): string[] =>
  [...new Set(params.getAll(key).filter((one) => one !== ""))].slice(0, VALUES_MAX);

const pattern = (params: URLSearchParams, key: string): string => (params.get(key) ?? "").slice(0, PATTERN_CHARS_MAX);

/** Reads an address. What it does not understand narrows nothing. */
export function readAnalyticsFilter(query: string): AnalyticsFilter {
  const params = new URLSearchParams(query);
  const time = readTime(params);
  const isAny = time.when === null && time.from === null && time.to === null;
  return {
    ...(isAny ? { ...ANY_TIME, when: USUAL } : time),
    by: BYS.find((one) => one === params.get("by")) ?? "application",
    against: AGAINST.find((one) => one === params.get("against")) ?? "before",
    agents: several(params, "agent"),
    group: params.get("group") || null,
    applications: several(params, "application"),
    title: pattern(params, "title"),
    url: pattern(params, "url"),
    rule: pattern(params, "rule"),
  };
}

function narrowing(filter: AnalyticsFilter): URLSearchParams {
  const params = new URLSearchParams();
  for (const one of filter.agents) params.append("agent", one);
  for (const one of filter.applications) params.append("application", one);
  if (filter.group !== null) params.set("group", filter.group);
  if (filter.title !== "") params.set("title", filter.title);
  if (filter.url !== "") params.set("url", filter.url);
  return params;
}

/** The part of the address after `?`. */
export function analyticsQuery(filter: AnalyticsFilter): string {
  const params = narrowing(filter);
  if (filter.rule !== "") params.set("rule", filter.rule);
  if (filter.by !== "application") params.set("by", filter.by);
  if (filter.against !== "before") params.set("against", filter.against);
  if (filter.when !== USUAL) writeTime(filter, params);
  return params.toString();
}

export interface Period {
  readonly from: Date;
  readonly to: Date;
}

const WEEK_MS = 7 * 86_400_000;

/** The period that is meant; what has no begin, begins a week before its end. */
export function periodOf(filter: TimeChoice, now: Date): Period {
  const range = chosenRange(filter, now);
  const to = range?.to ?? now;
  const from = range?.from ?? new Date(to.getTime() - WEEK_MS);
  // Now is the end of what has an end in the future: a day that goes on is compared as far as it went.
  const end = to.getTime() > now.getTime() && from.getTime() < now.getTime() ? now : to;
  return { from, to: end };
}

/** The period that one is held against: of the same length. */
export function periodBefore({ from, to }: Period, against: Against): Period {
  if (against === "before") return { from: new Date(2 * from.getTime() - to.getTime()), to: from };
  const shifted = (at: Date): Date => {
    const moved = new Date(at);
    if (against === "week") moved.setDate(moved.getDate() - 7);
    // Four weeks, so that weekdays meet weekdays; a year is 52 of them.
    else moved.setDate(moved.getDate() - (against === "month" ? 28 : 364));
    return moved;
  };
  return { from: shifted(from), to: shifted(to) };
}

/** What the server is asked. */
export function analyticsRequest(filter: AnalyticsFilter, now: Date): URLSearchParams {
  const params = narrowing(filter);
  const { from, to } = periodOf(filter, now);
  params.set("from", from.toISOString());
  params.set("to", to.toISOString());
  return params;
}

export type AnalyticsField = "time" | "application" | "agent" | "group" | "title" | "url" | "rule";

/** A filter without what narrows a field. */
export function withoutAnalyticsField(filter: AnalyticsFilter, field: AnalyticsField): AnalyticsFilter {
  switch (field) {
    case "time":
      return { ...filter, ...ANY_TIME, when: USUAL };
    case "application":
      return { ...filter, applications: [] };
    case "agent":
      return { ...filter, agents: [] };
    case "group":
      return { ...filter, group: null };
    default:
      return { ...filter, [field]: "" };
  }
}
