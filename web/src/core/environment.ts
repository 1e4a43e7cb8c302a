/** The environment as the API gives it: ports, what the doctor finds, and what can be downloaded. */

import { asObject, flag, instant, type Json, list, number, oneOf, optional, text, texts } from "./decode.ts";

/** From well to bad. */
export const SEVERITIES = ["ok", "info", "warning", "error"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How workstations reach a port, by their newest reports. */
export interface Reach {
  readonly reached: number;
  readonly unreached: number;
  /** Those that do not, by name; perhaps not all of them. */
  readonly workstations: readonly string[];
}

/** A row of the port registry. */
export interface PortItem {
  readonly service: string;
  readonly number: number;
  readonly transport: string;
  readonly from: string;
  readonly to: string;
  readonly bothWays: boolean;
  readonly purpose: string;
  readonly openAt: readonly string[];
  readonly secured: string;
  /** Whether this server listens there now; null where it is not to, or it is not known. */
  readonly listening: boolean | null;
  /** Only the server itself can reach it. */
  readonly local: boolean;
  readonly reach: Reach;
}

/** One thing that the doctor looked at. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly subject: string;
  readonly message: string;
  readonly meaning: string;
  readonly mend: string | null;
}

/** What the doctor found on one machine, worst first. */
export interface Report {
  readonly machine: string;
  readonly version: string;
  readonly at: Date;
  readonly elapsedMs: number;
  readonly worst: Severity;
  readonly findings: readonly Finding[];
}

/** What is wrong in the same way at one or more workstations. */
export interface Problem {
  readonly finding: Finding;
  readonly count: number;
  /** By name; perhaps not all of them. */
  readonly workstations: readonly string[];
}

/** A workstation, and what its newest report comes to. */
export interface ExaminedItem {
  readonly workstation: string;
  readonly connected: boolean;
  /** When its report came; null where there is none. */
  readonly at: Date | null;
  readonly worst: Severity | null;
  readonly counts: Readonly<Record<Severity, number>>;
  /** Services whose ports it does not reach. */
  readonly unreached: readonly string[];
}

export interface Findings {
  /** Null until the server has looked. */
  readonly premises: Report | null;
  readonly busy: boolean;
  readonly problems: readonly Problem[];
  /** How many workstations have sent a report. */
  readonly reports: number;
  readonly workstations: readonly ExaminedItem[];
  readonly next: string | null;
}

/** A form in which something can be had. */
export interface Form {
  readonly form: string;
  readonly title: string;
  readonly roles: readonly string[];
  readonly removable: boolean;
}

export interface Forms {
  readonly rules: readonly Form[];
  readonly exclusions: readonly Form[];
}

function readReach(value: unknown, path: string): Reach {
  const from = asObject(value, path);
  return {
    reached: number(from, "reached", path),
    unreached: number(from, "unreached", path),
    workstations: texts(from, "workstations", path),
  };
}

export function readPorts(value: unknown): PortItem[] {
  return list(asObject(value, "ports"), "items", "ports", (from, path) => ({
    service: text(from, "service", path),
    number: number(from, "number", path),
    transport: text(from, "transport", path),
    from: text(from, "from", path),
    to: text(from, "to", path),
    bothWays: flag(from, "bothWays", path),
    purpose: text(from, "purpose", path),
    openAt: texts(from, "openAt", path),
    secured: text(from, "secured", path),
    listening: optional(flag, from, "listening", path),
    local: flag(from, "local", path),
    reach: readReach(from.reach, `${path}.reach`),
  }));
}

function readFinding(from: Json, path: string): Finding {
  return {
    code: text(from, "code", path),
    severity: oneOf(from, "severity", path, SEVERITIES),
    subject: text(from, "subject", path),
    message: text(from, "message", path),
    meaning: text(from, "meaning", path),
    mend: optional(text, from, "mend", path),
  };
}

export function readReport(value: unknown, path = "report"): Report {
  const from = asObject(value, path);
  return {
    machine: text(from, "machine", path),
    version: text(from, "version", path),
    at: instant(from, "at", path),
    elapsedMs: number(from, "elapsedMs", path),
    worst: oneOf(from, "worst", path, SEVERITIES),
    findings: list(from, "findings", path, readFinding),
  };
}

function readProblem(from: Json, path: string): Problem {
  return {
    finding: readFinding(asObject(from.finding, `${path}.finding`), `${path}.finding`),
    count: number(from, "count", path),
    workstations: texts(from, "workstations", path),
  };
}

function readCounts(value: unknown, path: string): Record<Severity, number> {
  const from = asObject(value, path);
  const count = (severity: Severity): number => optional(number, from, severity, path) ?? 0;
  return { ok: count("ok"), info: count("info"), warning: count("warning"), error: count("error") };
}

function readExamined(from: Json, path: string): ExaminedItem {
  return {
    workstation: text(from, "workstation", path),
    connected: flag(from, "connected", path),
    at: optional(instant, from, "at", path),
    worst: optional((one, key, where) => oneOf(one, key, where, SEVERITIES), from, "worst", path),
    counts: readCounts(from.counts, `${path}.counts`),
    unreached: texts(from, "unreached", path),
  };
}

export function readFindings(value: unknown): Findings {
  const path = "findings";
  const from = asObject(value, path);
  return {
    premises: from.premises === null ? null : readReport(from.premises, `${path}.premises`),
    busy: flag(from, "busy", path),
    problems: list(from, "problems", path, readProblem),
    reports: number(from, "reports", path),
    workstations: list(from, "workstations", path, readExamined),
    next: optional(text, from, "next", path),
  };
}

function readForm(from: Json, path: string): Form {
  return {
    form: text(from, "form", path),
    title: text(from, "title", path),
    roles: texts(from, "roles", path),
    removable: flag(from, "removable", path),
  };
}

export function readForms(value: unknown): Forms {
  const from = asObject(value, "forms");
  return {
    rules: list(from, "rules", "forms", readForm),
    exclusions: list(from, "exclusions", "forms", readForm),
  };
}
