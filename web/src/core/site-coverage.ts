/** The ledger of coverage as the API gives it: of the site's workstations on a day, of one of them, of a recording. */

import { asObject, flag, instant, type Json, list, number, oneOf, optional, text } from "./decode.ts";
import { WORKSTATION_STATES, type WorkstationState } from "./library.ts";
import { KINDS, type Kind, REASONS, type ReasonCode } from "./reasons.ts";

/** How much is missing for a reason. */
export interface MissingSum {
  readonly code: ReasonCode;
  readonly ms: number;
}

/** Milliseconds from the beginning of the day. */
export interface StripSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: Kind;
}

/** `dueMs` is `keptMs` and all that is missing. */
export interface DayCoverage {
  readonly dueMs: number;
  readonly keptMs: number;
  readonly missing: readonly MissingSum[];
  readonly strip: readonly StripSpan[];
}

/** A workstation at this moment. */
export interface Present {
  readonly workstation: string;
  readonly agent: string;
  readonly state: WorkstationState;
  /** Whether it is being recorded now; null where nothing is due now, or the day is another one. */
  readonly covered: boolean | null;
  /** Why it is not. */
  readonly code: ReasonCode | null;
  readonly since: Date | null;
  /** Whether somebody should look after it. */
  readonly alarm: boolean;
}

export interface WorkstationDay extends DayCoverage, Present {}

/** A day of the site; days begin at midnight where the site is. */
export interface SiteDay {
  readonly site: string;
  readonly day: string;
  readonly from: Date;
  readonly to: Date;
  readonly now: Date;
  readonly timeZone: string;
  readonly items: readonly WorkstationDay[];
  readonly next: string | null;
}

export interface Alarm {
  readonly workstation: string;
  readonly agent: string;
  readonly code: ReasonCode;
  readonly since: Date;
  readonly message: string;
}

/** Who is covered now: counted, and by name where somebody should look. */
export interface CoverageNow {
  readonly covered: number;
  readonly excused: number;
  readonly uncovered: number;
  readonly alarms: readonly Alarm[];
}

export interface NamedDay extends DayCoverage {
  readonly day: string;
}

/** Milliseconds from the recording's beginning. */
export interface MissingStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly code: ReasonCode;
}

export interface RecordingLedger {
  readonly dueMs: number;
  readonly keptMs: number;
  readonly missing: readonly MissingStretch[];
  readonly byReason: readonly MissingSum[];
}

function readSum(from: Json, path: string): MissingSum {
  return { code: oneOf(from, "code", path, REASONS), ms: number(from, "ms", path) };
}

function readSpan(from: Json, path: string): StripSpan {
  return {
    fromMs: number(from, "fromMs", path),
    toMs: number(from, "toMs", path),
    kind: oneOf(from, "kind", path, KINDS),
  };
}

function readDay(from: Json, path: string): DayCoverage {
  return {
    dueMs: number(from, "dueMs", path),
    keptMs: number(from, "keptMs", path),
    missing: list(from, "missing", path, readSum),
    strip: list(from, "strip", path, readSpan),
  };
}

const reason = (from: Json, key: string, path: string): ReasonCode => oneOf(from, key, path, REASONS);

function presentOf(from: Json, path: string): Present {
  return {
    workstation: text(from, "workstation", path),
    agent: text(from, "agent", path),
    state: oneOf(from, "state", path, WORKSTATION_STATES),
    covered: optional(flag, from, "covered", path),
    code: optional(reason, from, "code", path),
    since: optional(instant, from, "since", path),
    alarm: flag(from, "alarm", path),
  };
}

function readWorkstationDay(from: Json, path: string): WorkstationDay {
  return { ...readDay(from, path), ...presentOf(from, path) };
}

/** A change, as the feed tells it. */
export function readPresent(value: unknown): Present {
  return presentOf(asObject(value, "present"), "present");
}

/** The rows with a change in its place; the same ones where it changes none of them. */
export function withPresent<T extends Present>(rows: readonly T[], present: Present): readonly T[] {
  const at = rows.findIndex((one) => one.workstation === present.workstation);
  if (at < 0) return rows;
  return rows.with(at, { ...(rows[at] as T), ...present });
}

export function readSiteDay(value: unknown): SiteDay {
  const path = "coverage";
  const from = asObject(value, path);
  return {
    site: text(from, "site", path),
    day: text(from, "day", path),
    from: instant(from, "from", path),
    to: instant(from, "to", path),
    now: instant(from, "now", path),
    timeZone: text(from, "timeZone", path),
    items: list(from, "items", path, readWorkstationDay),
    next: optional(text, from, "next", path),
  };
}

export function readNow(value: unknown): CoverageNow {
  const path = "coverage";
  const from = asObject(value, path);
  return {
    covered: number(from, "covered", path),
    excused: number(from, "excused", path),
    uncovered: number(from, "uncovered", path),
    alarms: list(from, "alarms", path, (item, where) => ({
      workstation: text(item, "workstation", where),
      agent: text(item, "agent", where),
      code: reason(item, "code", where),
      since: instant(item, "since", where),
      message: text(item, "message", where),
    })),
  };
}

export function readDays(value: unknown): NamedDay[] {
  return list(asObject(value, "coverage"), "items", "coverage", (item, path) => ({
    ...readDay(item, path),
    day: text(item, "day", path),
  }));
}

export function readLedger(value: unknown): RecordingLedger {
  const path = "coverage";
  const from = asObject(value, path);
  return {
    dueMs: number(from, "dueMs", path),
    keptMs: number(from, "keptMs", path),
    missing: list(from, "missing", path, (item, where) => ({
      fromMs: number(item, "fromMs", where),
      toMs: number(item, "toMs", where),
      code: reason(item, "code", where),
    })),
    byReason: list(from, "byReason", path, readSum),
  };
}
