/** Lines of the logs in words, the fields they can be narrowed by, and what a click on a value narrows to. */

import { type Level, type LogFilter, type LogLine, NO_LOG_FILTER, QUESTION_CHARS_MAX } from "./logs.ts";
import { clockText } from "./time.ts";
import { ANY_TIME, chosenText, isAnyTime } from "./time-choice.ts";

export const LOG_FIELDS = ["time", "level", "workstation", "service", "interaction"] as const;
export type LogField = (typeof LOG_FIELDS)[number];

export const LOG_FIELD_TITLES: Readonly<Record<LogField, string>> = {
  time: "Time",
  level: "Level",
  workstation: "Workstation",
  service: "Service",
  interaction: "Interaction",
};

/** How much attention a line asks for. */
export type LogTone = "bad" | "warn" | "notice" | "plain" | "faint";

const TONES: Readonly<Record<Level, LogTone>> = {
  emergency: "bad",
  alert: "bad",
  critical: "bad",
  error: "bad",
  warning: "warn",
  notice: "notice",
  info: "plain",
  debug: "faint",
};

export function toneOf(level: Level): LogTone {
  return TONES[level];
}

export function levelTitle(level: Level): string {
  return level.charAt(0).toUpperCase() + level.slice(1);
}

/** A level as a bound. */
export function levelText(level: Level): string {
  if (level === "debug") return "Everything";
  return level === "emergency" ? "Emergency" : `${levelTitle(level)} and worse`;
}

export const SERVER = "This server";

export function workstationText(workstation: string): string {
  return workstation === "" ? SERVER : workstation;
}

export function serviceText(service: string): string {
  return service === "" ? "None named" : service;
}

/** The time of day to the millisecond, as lines say it. */
export function lineTime(at: Date, locale?: string): string {
  return at.toLocaleTimeString(locale, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  });
}

/** `code=net.timeout`, as it is searched for. */
export function fieldText(name: string, value: string): string {
  return `${name}=${value}`;
}

export interface LogChip {
  readonly field: LogField;
  readonly title: string;
  readonly text: string;
}

function chipText(filter: LogFilter, field: LogField, locale?: string): string | null {
  switch (field) {
    case "time":
      return isAnyTime(filter) ? null : chosenText(filter, locale);
    case "level":
      return filter.level === NO_LOG_FILTER.level ? null : levelText(filter.level);
    case "workstation":
      return filter.workstation === null ? null : workstationText(filter.workstation);
    case "service":
      return filter.service === null ? null : serviceText(filter.service);
    case "interaction":
      return filter.interaction === "" ? null : filter.interaction;
  }
}

export function logChips(filter: LogFilter, locale?: string): LogChip[] {
  return LOG_FIELDS.flatMap((field) => {
    const text = chipText(filter, field, locale);
    return text === null ? [] : [{ field, title: LOG_FIELD_TITLES[field], text }];
  });
}

export function withoutField(filter: LogFilter, field: LogField): LogFilter {
  if (field === "time") return { ...filter, ...ANY_TIME };
  return { ...filter, [field]: NO_LOG_FILTER[field] };
}

/** What a value in a line can narrow to. */
export type Narrowing = { readonly [F in Exclude<LogField, "time"> | "q"]?: LogFilter[F] };

/** Whether it is narrowed to a value. */
export function holds(filter: LogFilter, by: Narrowing): boolean {
  return (Object.keys(by) as (keyof Narrowing)[]).every((key) => filter[key] === by[key]);
}

/** Whether a value narrows nothing: the least level. */
export function isIdle(by: Narrowing): boolean {
  return holds(NO_LOG_FILTER, by);
}

/** Narrowed to a value; or without it, where it is narrowed to that already. */
export function toggledBy(filter: LogFilter, by: Narrowing): LogFilter {
  if (!holds(filter, by)) return { ...filter, ...by };
  const keys = Object.keys(by) as (keyof Narrowing)[];
  return { ...filter, ...Object.fromEntries(keys.map((key) => [key, NO_LOG_FILTER[key]])) };
}

/** What a value of a line narrows to; null where it is too long to be searched for. */
export function byField(name: string, value: string): Narrowing | null {
  const q = fieldText(name, value);
  return q.length > QUESTION_CHARS_MAX ? null : { q };
}

/** The values that a row shows beside the text: not again what has a column. */
export function shownFields(line: LogLine): LogLine["fields"] {
  return line.fields.filter(([, value]) => value !== line.interaction);
}

/** A recording that an id can be of: `playhead.base.ids`. */
const RECORDING = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The recording that a line is about; null where it names none. */
export function recordingOf(line: LogLine): string | null {
  const named = line.fields.find(([name]) => name === "recording")?.[1] ?? line.interaction;
  return RECORDING.test(named) ? named : null;
}

/** How long after another: `+0.250 s`, `+1:02.000`. */
export function sinceFirst(line: LogLine, first: LogLine): string {
  const ms = line.at.getTime() - first.at.getTime();
  const seconds = Math.floor(ms / 1000);
  const fraction = String(ms % 1000).padStart(3, "0");
  if (seconds < 60) return `+${seconds}.${fraction} s`;
  return `+${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}.${fraction}`;
}

/** A line as one sentence, for screen readers and for copying. */
export function lineSentence(line: LogLine, locale?: string): string {
  const from =
    line.service === "" ? workstationText(line.workstation) : `${workstationText(line.workstation)}, ${line.service}`;
  return `${clockText(line.at, true, locale)}, ${line.level}, ${from}: ${line.text}`;
}
