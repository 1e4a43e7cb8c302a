/** Figures about what was worked with, in words. */

import type { By, DesktopMoment, Measure, Outlier } from "./analytics.ts";
import type { Against, AnalyticsField, AnalyticsFilter, AnalyticsSection } from "./analytics-filter.ts";
import type { GroupName } from "./facets.ts";
import { lengthText } from "./time.ts";
import { chosenText } from "./time-choice.ts";
import { momentWords } from "./words.ts";

export const SECTION_TITLES: Readonly<Record<AnalyticsSection, string>> = {
  usage: "Usage",
  compare: "Compare",
  outliers: "Outliers",
  unknown: "Unknown applications",
  idle: "Longest idle",
  moments: "Moments",
};

export const BY_TITLES: Readonly<Record<By, string>> = {
  application: "Application",
  agent: "Agent",
  group: "Group",
  queue: "Queue",
  workstation: "Workstation",
  day: "Day",
};

export const AGAINST_TITLES: Readonly<Record<Against, string>> = {
  before: "the time before it",
  week: "a week earlier",
  month: "four weeks earlier",
  year: "a year earlier",
};

export const ANALYTICS_FIELD_TITLES: Readonly<Record<AnalyticsField, string>> = {
  time: "When",
  application: "Application",
  agent: "Agent",
  group: "Group",
  title: "Title",
  url: "Address",
  rule: "Rule",
};

const listedText = (values: readonly string[]): string => values.join(", ");

/** What a report is narrowed to. */
export function analyticsChips(
  filter: AnalyticsFilter,
  groups: readonly GroupName[],
): { readonly field: AnalyticsField; readonly title: string; readonly text: string }[] {
  const chip = (field: AnalyticsField, text: string) => ({ field, title: ANALYTICS_FIELD_TITLES[field], text });
  const group = filter.group;
  return [
    chip("time", chosenText(filter)),
    ...(filter.applications.length > 0 ? [chip("application", listedText(filter.applications))] : []),
    ...(filter.agents.length > 0 ? [chip("agent", listedText(filter.agents))] : []),
    ...(group === null ? [] : [chip("group", groups.find((one) => one.id === group)?.name ?? group)]),
    ...(["title", "url", "rule"] as const).flatMap((field) =>
      filter[field] === "" ? [] : [chip(field, filter[field])],
    ),
  ];
}

/** `12.5 %`; nothing to divide by is a dash. */
export function percentText(share: number | null, digits = 1): string {
  if (share === null) return "–";
  const percent = share * 100;
  return `${percent.toFixed(percent === 0 || percent >= 100 ? 0 : digits)} %`;
}

/** Hours as people compare them: `7 h 05 min`, `4 min 10 s`. */
export const timeText = (ms: number): string => (ms === 0 ? "–" : lengthText(ms));

export const rateText = (perHour: number | null): string => (perHour === null ? "–" : perHour.toFixed(1));

/** How a share has changed, in points: `+ 3.2`. */
export function pointsText(before: number | null, after: number | null): string {
  if (before === null || after === null) return "–";
  const points = (after - before) * 100;
  if (Math.abs(points) < 0.05) return "± 0";
  return `${points > 0 ? "+" : "−"} ${Math.abs(points).toFixed(1)}`;
}

export const MEASURE_TITLES: Readonly<Record<Measure, string>> = {
  idle_share: "Idle share",
  switches_per_hour: "Switches per hour",
  application_share: "Share of an application",
};

/** What is unusual, and how it would be usual. */
export function outlierText({ measure, application, value, median }: Outlier): string {
  const figure = (of: number): string => (measure === "switches_per_hour" ? rateText(of) : percentText(of));
  const what = measure === "application_share" ? `of the time in ${application}` : "";
  return [figure(value), what, `(in the middle: ${figure(median)})`].filter(Boolean).join(" ");
}

const KIND_TITLES: Readonly<Record<string, string>> = {
  active: "Active",
  idle: "Idle",
  locked: "Locked",
  away: "Not told",
  login: "Signed in",
  logout: "Signed out",
  lock: "Locked the screen",
  unlock: "Unlocked the screen",
  mark: "Marked",
};

/** What a moment was, for a list. */
export function desktopMomentText(moment: DesktopMoment): { readonly title: string; readonly detail: string } {
  if (moment.kind === "trigger") {
    const { rule, action, detail } = moment;
    const said = momentWords("analytics.trigger", { rule, action, detail });
    return { title: said.title, detail: said.detail };
  }
  const kind = KIND_TITLES[moment.kind] ?? moment.kind;
  const title = moment.title || moment.application || kind;
  return { title, detail: moment.kind === "active" ? moment.url : [kind, moment.url].filter(Boolean).join(" · ") };
}
