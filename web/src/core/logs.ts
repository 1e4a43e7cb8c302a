/** Lines of the logs as the API gives them, what they are narrowed to, and the addresses of the page about them. */

import { asObject, instant, type Json, list, oneOf, optional, text } from "./decode.ts";
import { ANY_TIME, askTime, chosenRange, readTime, type TimeChoice, writeTime } from "./time-choice.ts";

/** Of syslog (RFC 5424 §6.2.1), the worst first. */
export const LEVELS = ["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  /** Its place: unique, and where older lines go on. */
  readonly id: string;
  readonly at: Date;
  readonly level: Level;
  /** Empty for the premises server. */
  readonly workstation: string;
  /** Whether its machine has shown its certificate; otherwise `address` is where it came from. */
  readonly proven: boolean;
  readonly address: string;
  readonly service: string;
  readonly process: string;
  /** The interaction or recording that it is about, or empty. */
  readonly interaction: string;
  readonly text: string;
  /** When it came, where that was not at once. */
  readonly receivedAt: Date | null;
  /** What its machine's clock said, where that was corrected. */
  readonly saidAt: Date | null;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface LogPage {
  /** Newest first. */
  readonly lines: readonly LogLine[];
  /** Where older ones go on; null at the end. */
  readonly next: string | null;
  /** Where looking took too long: everything from here on was looked at. */
  readonly searchedTo: Date | null;
}

function fieldsOf(from: Json, path: string): (readonly [string, string])[] {
  const fields = asObject(from.fields, `${path}.fields`);
  return Object.keys(fields).map((name) => [name, text(fields, name, `${path}.fields`)] as const);
}

export function readLogLine(value: unknown, path = "line"): LogLine {
  const from = asObject(value, path);
  return {
    id: text(from, "id", path),
    at: instant(from, "at", path),
    level: oneOf(from, "level", path, LEVELS),
    workstation: text(from, "workstation", path),
    proven: from.proven === true,
    address: text(from, "address", path),
    service: text(from, "service", path),
    process: text(from, "process", path),
    interaction: text(from, "interaction", path),
    text: text(from, "text", path),
    receivedAt: optional(instant, from, "receivedAt", path),
    saidAt: optional(instant, from, "saidAt", path),
    fields: fieldsOf(from, path),
  };
}

export function readLogPage(value: unknown): LogPage {
  const path = "logs";
  const from = asObject(value, path);
  return {
    lines: list(from, "items", path, readLogLine),
    next: optional(text, from, "next", path),
    searchedTo: optional(instant, from, "searchedTo", path),
  };
}

/** As long as the server takes them. */
export const QUESTION_CHARS_MAX = 256;
export const NAME_CHARS_MAX = 255;

/** Everything given must hold. */
export interface LogFilter extends TimeChoice {
  /** The empty one is the premises server; null for all. */
  readonly workstation: string | null;
  readonly service: string | null;
  /** This or worse. */
  readonly level: Level;
  /** Text anywhere in a line and its values. */
  readonly q: string;
  /** Its lines from everywhere, in order. */
  readonly interaction: string;
}

export const NO_LOG_FILTER: LogFilter = {
  ...ANY_TIME,
  workstation: null,
  service: null,
  level: "debug",
  q: "",
  interaction: "",
};

/** What the address says: what the lines are narrowed to, and which of them is open. */
export interface LogsPlace {
  readonly filter: LogFilter;
  /** A line's id, or null. */
  readonly line: string | null;
}

const named = (value: string | null): string | null => value?.slice(0, NAME_CHARS_MAX) ?? null;

/** Reads an address. What it does not understand narrows nothing. */
export function readLogsPlace(query: string): LogsPlace {
  const params = new URLSearchParams(query);
  const line = params.get("line");
  return {
    filter: {
      ...readTime(params),
      workstation: named(params.get("workstation")),
      service: named(params.get("service")),
      level: LEVELS.find((one) => one === params.get("level")) ?? NO_LOG_FILTER.level,
      q: (params.get("q") ?? "").trim().slice(0, QUESTION_CHARS_MAX),
      interaction: named(params.get("interaction")) ?? "",
    },
    line: line !== null && placeOf(line) !== null ? line : null,
  };
}

function common(filter: LogFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (filter.workstation !== null) params.set("workstation", filter.workstation);
  if (filter.service !== null) params.set("service", filter.service);
  if (filter.level !== NO_LOG_FILTER.level) params.set("level", filter.level);
  if (filter.q !== "") params.set("q", filter.q);
  if (filter.interaction !== "") params.set("interaction", filter.interaction);
  return params;
}

/** The part of the address after `?`. */
export function logsQuery(filter: LogFilter, line: string | null = null): string {
  const params = common(filter);
  writeTime(filter, params);
  if (line !== null) params.set("line", line);
  return params.toString();
}

export function logsAddress(filter: LogFilter, line: string | null = null): string {
  const query = logsQuery(filter, line);
  return query === "" ? "/logs" : `/logs?${query}`;
}

/** What the server is asked: times in words have become instants, as they are now. */
export function logsRequest(filter: LogFilter, now: Date): URLSearchParams {
  const params = common(filter);
  askTime(filter, params, now);
  return params;
}

/** Whether lines may still come that belong to it. */
export function goesOn(filter: LogFilter, now: Date): boolean {
  const to = chosenRange(filter, now)?.to ?? null;
  return to === null || to > now;
}

/** So much before and after is shown of what somebody asks about. */
export const AROUND_MS = 60_000;
/** Of what lasted longer, how it began. */
const LASTING_MS_MAX = 600_000;

/** Where the lines are that tell what a workstation did when something went missing. */
export function linesAround(workstation: string, fromMs: number, toMs: number): string {
  return logsAddress({
    ...NO_LOG_FILTER,
    workstation,
    from: new Date(fromMs - AROUND_MS).toISOString(),
    to: new Date(Math.min(toMs, fromMs + LASTING_MS_MAX) + AROUND_MS).toISOString(),
  });
}

/** An id's instant, whose texts sort as the instants do, and its number. */
export function placeOf(id: string): readonly [at: string, n: number] | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\.(\d{1,15})$/.exec(id);
  return match === null ? null : [match[1] as string, Number(match[2])];
}

/** The place just after a line, so that what goes on before it begins with the line. */
export function placeAfter(id: string): string {
  const place = placeOf(id);
  return place === null ? id : `${place[0]}.${place[1] + 1}`;
}

/** Below 0 where the first one is newer: true order, newest first. */
export function newestFirst(one: LogLine, other: LogLine): number {
  const [at, n] = placeOf(one.id) ?? ["", 0];
  const [otherAt, otherN] = placeOf(other.id) ?? ["", 0];
  return at === otherAt ? otherN - n : at < otherAt ? 1 : -1;
}
