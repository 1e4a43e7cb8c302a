/** Figures about what was worked with, as the server tells them. Times are milliseconds. */

import { asObject, instant, type Json, list, number, oneOf, optional, text } from "./decode.ts";

export const BYS = ["application", "agent", "group", "queue", "workstation", "day"] as const;
export type By = (typeof BYS)[number];

export interface Usage {
  readonly activeMs: number;
  readonly idleMs: number;
  readonly lockedMs: number;
  readonly awayMs: number;
  readonly switches: number;
  /** Null where nobody was active, or nobody was there. */
  readonly switchesPerHour: number | null;
  readonly idleShare: number | null;
}

export interface UsageRow {
  readonly key: string;
  readonly name: string;
  readonly usage: Usage;
  readonly agents: number;
}

export interface UsageReport {
  readonly by: By;
  readonly items: readonly UsageRow[];
  readonly total: UsageRow;
  readonly leftOut: number;
  /** How it was counted. */
  readonly counted: string;
  readonly timeZone: string;
}

export interface Compared {
  readonly key: string;
  readonly name: string;
  readonly before: Usage;
  readonly after: Usage;
  readonly shareBefore: number | null;
  readonly shareAfter: number | null;
}

export interface Comparison {
  readonly items: readonly Compared[];
  readonly before: Usage;
  readonly after: Usage;
  readonly leftOut: number;
  readonly counted: string;
}

export const MEASURES = ["idle_share", "switches_per_hour", "application_share"] as const;
export type Measure = (typeof MEASURES)[number];

export interface Outlier {
  readonly agent: string;
  readonly measure: Measure;
  readonly application: string;
  readonly value: number;
  readonly median: number;
  readonly score: number;
}

export interface Outliers {
  readonly items: readonly Outlier[];
  readonly agents: number;
  readonly counted: string;
}

export interface UnknownApplication {
  readonly application: string;
  readonly usage: Usage;
  readonly agents: number;
  readonly firstAt: Date;
  readonly newestAt: Date;
}

export interface Unknown {
  readonly items: readonly UnknownApplication[];
  readonly leftOut: number;
  readonly counted: string;
}

/** Where a moment was recorded. */
export interface MomentPlace {
  readonly recording: string;
  readonly atUs: number;
}

export interface DesktopMoment {
  readonly at: Date;
  readonly lastsMs: number;
  readonly kind: string;
  readonly workstation: string;
  readonly agent: string;
  readonly application: string;
  readonly title: string;
  readonly url: string;
  readonly rule: string;
  readonly action: string;
  readonly detail: string;
  readonly place: MomentPlace | null;
}

export interface DesktopMoments {
  readonly items: readonly DesktopMoment[];
  readonly next: string | null;
  readonly counted: string;
}

function readUsageOf(from: Json, key: string, path: string): Usage {
  const where = `${path}.${key}`;
  const usage = asObject(from[key], where);
  return {
    activeMs: number(usage, "activeMs", where),
    idleMs: number(usage, "idleMs", where),
    lockedMs: number(usage, "lockedMs", where),
    awayMs: number(usage, "awayMs", where),
    switches: number(usage, "switches", where),
    switchesPerHour: optional(number, usage, "switchesPerHour", where),
    idleShare: optional(number, usage, "idleShare", where),
  };
}

const readRow = (from: Json, path: string): UsageRow => ({
  key: text(from, "key", path),
  name: text(from, "name", path),
  usage: readUsageOf(from, "usage", path),
  agents: number(from, "agents", path),
});

export function readUsage(value: unknown): UsageReport {
  const path = "usage";
  const from = asObject(value, path);
  return {
    by: oneOf(from, "by", path, BYS),
    items: list(from, "items", path, readRow),
    total: readRow(asObject(from.total, `${path}.total`), `${path}.total`),
    leftOut: number(from, "leftOut", path),
    counted: text(from, "counted", path),
    timeZone: text(from, "timeZone", path),
  };
}

export function readComparison(value: unknown): Comparison {
  const path = "comparison";
  const from = asObject(value, path);
  return {
    items: list(from, "items", path, (item, where) => ({
      key: text(item, "key", where),
      name: text(item, "name", where),
      before: readUsageOf(item, "before", where),
      after: readUsageOf(item, "after", where),
      shareBefore: optional(number, item, "shareBefore", where),
      shareAfter: optional(number, item, "shareAfter", where),
    })),
    before: readUsageOf(from, "before", path),
    after: readUsageOf(from, "after", path),
    leftOut: number(from, "leftOut", path),
    counted: text(from, "counted", path),
  };
}

export function readOutliers(value: unknown): Outliers {
  const path = "outliers";
  const from = asObject(value, path);
  return {
    items: list(from, "items", path, (item, where) => ({
      agent: text(item, "agent", where),
      measure: oneOf(item, "measure", where, MEASURES),
      application: text(item, "application", where),
      value: number(item, "value", where),
      median: number(item, "median", where),
      score: number(item, "score", where),
    })),
    agents: number(from, "agents", path),
    counted: text(from, "counted", path),
  };
}

export function readUnknown(value: unknown): Unknown {
  const path = "unknown";
  const from = asObject(value, path);
  return {
    items: list(from, "items", path, (item, where) => ({
      application: text(item, "application", where),
      usage: readUsageOf(item, "usage", where),
      agents: number(item, "agents", where),
      firstAt: instant(item, "firstAt", where),
      newestAt: instant(item, "newestAt", where),
    })),
    leftOut: number(from, "leftOut", path),
    counted: text(from, "counted", path),
  };
}

export function readDesktopMoment(item: Json, where: string): DesktopMoment {
  const place = item.place === null ? null : asObject(item.place, `${where}.place`);
  return {
    at: instant(item, "at", where),
    lastsMs: number(item, "lastsMs", where),
    kind: text(item, "kind", where),
    workstation: text(item, "workstation", where),
    agent: text(item, "agent", where),
    application: text(item, "application", where),
    title: text(item, "title", where),
    url: text(item, "url", where),
    rule: text(item, "rule", where),
    action: text(item, "action", where),
    detail: text(item, "detail", where),
    place: place && {
      recording: text(place, "recording", `${where}.place`),
      atUs: number(place, "atMs", `${where}.place`) * 1000,
    },
  };
}

export function readMoments(value: unknown): DesktopMoments {
  const path = "moments";
  const from = asObject(value, path);
  return {
    items: list(from, "items", path, readDesktopMoment),
    next: optional(text, from, "next", path),
    counted: text(from, "counted", path),
  };
}
