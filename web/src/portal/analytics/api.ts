/** Desktop analytics at the server. */

import {
  type Comparison,
  type DesktopMoments,
  type Outliers,
  readComparison,
  readMoments,
  readOutliers,
  readUnknown,
  readUsage,
  type Unknown,
  type UsageReport,
} from "../../core/analytics.ts";
import {
  type AnalyticsFilter,
  type AnalyticsSection,
  analyticsRequest,
  periodBefore,
  periodOf,
} from "../../core/analytics-filter.ts";
import { readWorked, type Worked } from "../../core/applications.ts";
import { requestJson } from "../../net/http.ts";

/** A report over years may take so long. */
const REPORT_MS_MAX = 60_000;

const PAGE_ITEMS = 100;

async function asked(what: string, params: URLSearchParams, signal: AbortSignal): Promise<unknown> {
  return await requestJson(`/api/analytics/${what}?${params}`, { signal }, REPORT_MS_MAX);
}

export async function getWorked(recording: string, signal: AbortSignal): Promise<Worked> {
  return readWorked(await requestJson(`/api/analytics/recordings/${encodeURIComponent(recording)}`, { signal }));
}

export async function getUsage(filter: AnalyticsFilter, now: Date, signal: AbortSignal): Promise<UsageReport> {
  const params = analyticsRequest(filter, now);
  params.set("by", filter.by);
  return readUsage(await asked("usage", params, signal));
}

function comparisonParams(filter: AnalyticsFilter, now: Date): URLSearchParams {
  const params = analyticsRequest(filter, now);
  const before = periodBefore(periodOf(filter, now), filter.against);
  params.set("by", filter.by);
  params.set("beforeFrom", before.from.toISOString());
  params.set("beforeTo", before.to.toISOString());
  return params;
}

export async function getComparison(filter: AnalyticsFilter, now: Date, signal: AbortSignal): Promise<Comparison> {
  return readComparison(await asked("comparison", comparisonParams(filter, now), signal));
}

export async function getOutliers(filter: AnalyticsFilter, now: Date, signal: AbortSignal): Promise<Outliers> {
  return readOutliers(await asked("outliers", analyticsRequest(filter, now), signal));
}

export async function getUnknown(filter: AnalyticsFilter, now: Date, signal: AbortSignal): Promise<Unknown> {
  return readUnknown(await asked("unknown", analyticsRequest(filter, now), signal));
}

export async function listIdle(filter: AnalyticsFilter, now: Date, signal: AbortSignal): Promise<DesktopMoments> {
  return readMoments(await asked("idle", analyticsRequest(filter, now), signal));
}

function momentParams(filter: AnalyticsFilter, now: Date): URLSearchParams {
  const params = analyticsRequest(filter, now);
  if (filter.rule !== "") params.set("rule", filter.rule);
  // Of what an application is asked for, somebody was there; of rules, what they did.
  if (filter.rule !== "") params.set("kind", "trigger");
  else params.append("kind", "active");
  return params;
}

export async function listMoments(
  filter: AnalyticsFilter,
  now: Date,
  before: string | null,
  signal: AbortSignal,
): Promise<DesktopMoments> {
  const params = momentParams(filter, now);
  params.set("limit", String(PAGE_ITEMS));
  if (before !== null) params.set("before", before);
  return readMoments(await asked("moments", params, signal));
}

export type FileForm = "csv" | "parquet";

/** Where what a section shows comes from as a table. */
export function exportAddress(section: AnalyticsSection, filter: AnalyticsFilter, now: Date, form: FileForm): string {
  const params = section === "compare" ? comparisonParams(filter, now) : analyticsRequest(filter, now);
  if (section === "usage") params.set("by", filter.by);
  if (section === "moments" && filter.rule !== "") params.set("rule", filter.rule);
  params.set("report", section === "compare" ? "comparison" : section);
  params.set("format", form);
  return `/api/analytics/export?${params}`;
}
