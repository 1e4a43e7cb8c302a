/** The lists of the portal: recordings and workstations as the API gives them, kept in order while they change. */

import { type BlackoutRequest, readRequests } from "./blackout-requests.ts";
import { asArray, asObject, flag, type Json, list, number, oneOf, optional, text, texts } from "./decode.ts";
import { RECORDING_STATES, type RecordingState } from "./recording-index.ts";

export interface RecordingItem {
  readonly id: string;
  readonly workstation: { readonly id: string; readonly name: string };
  readonly agent: string;
  readonly state: RecordingState;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly durationMs: number;
  readonly bytes: number;
  readonly gaps: number;
  /** Whether something in it was not captured on purpose. */
  readonly blackout: boolean;
  /** Whether it is kept beyond its time, by somebody's order. */
  readonly held: boolean;
  readonly tags: readonly string[];
  readonly site: string;
  /** When durable progress was last made, on this page's own clock; null where nobody knows. */
  readonly grewAtMs: number | null;
}

export const WORKSTATION_STATES = [
  "idle",
  "recording",
  "blackout",
  "no_display",
  "disk_full",
  "failed",
  "logged_out",
  "locked",
  "asleep",
  "governor",
  "denied",
  "update",
  "offline",
] as const;
export type WorkstationState = (typeof WORKSTATION_STATES)[number];

export interface WorkstationItem {
  readonly id: string;
  readonly name: string;
  readonly agent: string;
  readonly connected: boolean;
  readonly state: WorkstationState;
  readonly reason: string;
  readonly recording: string | null;
  /** Who or what asks that nothing be captured, oldest first. */
  readonly blackouts: readonly BlackoutRequest[];
  readonly monitors: number;
  readonly lastSeenAt: Date | null;
  /** When durable progress was last made, on this page's own clock; null where nobody knows. */
  readonly grewAtMs: number | null;
}

function instant(from: Json, key: string, path: string): Date {
  return new Date(text(from, key, path));
}

export function readRecording(value: unknown, receivedAtMs: number, path = "recording"): RecordingItem {
  const from = asObject(value, path);
  const where = `${path}.workstation`;
  const workstation = asObject(from.workstation, where);
  const ageMs = optional(number, from, "progressAgeMs", path);
  return {
    id: text(from, "id", path),
    workstation: { id: text(workstation, "id", where), name: text(workstation, "name", where) },
    agent: text(from, "agent", path),
    state: oneOf(from, "state", path, RECORDING_STATES),
    startedAt: instant(from, "startedAt", path),
    endedAt: optional(instant, from, "endedAt", path),
    durationMs: number(from, "durationMs", path),
    bytes: number(from, "bytes", path),
    gaps: number(from, "gaps", path),
    blackout: optional(flag, from, "blackout", path) ?? false,
    held: optional(flag, from, "held", path) ?? false,
    tags: optional(texts, from, "tags", path) ?? [],
    site: optional(text, from, "site", path) ?? "",
    grewAtMs: ageMs === null ? null : receivedAtMs - ageMs,
  };
}

export function readWorkstation(value: unknown, path: string, receivedAtMs: number): WorkstationItem {
  const from = asObject(value, path);
  const ageMs = optional(number, from, "progressAgeMs", path);
  return {
    id: text(from, "id", path),
    name: text(from, "name", path),
    agent: text(from, "agent", path),
    connected: flag(from, "connected", path),
    state: oneOf(from, "state", path, WORKSTATION_STATES),
    reason: text(from, "reason", path),
    recording: optional(text, from, "recording", path),
    blackouts: readRequests(from, path),
    monitors: asArray(from.monitors, `${path}.monitors`).length,
    lastSeenAt: optional(instant, from, "lastSeenAt", path),
    grewAtMs: ageMs === null ? null : receivedAtMs - ageMs,
  };
}

/** One page of the list, newest first, and the cursor of the next. */
export interface Page {
  readonly items: readonly RecordingItem[];
  readonly next: string | null;
}

export function readPage(value: unknown, receivedAtMs: number): Page {
  const from = asObject(value, "recordings");
  return {
    items: list(from, "items", "recordings", (item, path) => readRecording(item, receivedAtMs, path)),
    next: optional(text, from, "next", "recordings"),
  };
}

export function readWorkstations(value: unknown, receivedAtMs: number): WorkstationItem[] {
  return list(asObject(value, "workstations"), "items", "workstations", (item, path) =>
    readWorkstation(item, path, receivedAtMs),
  );
}

/** "Recording now" is only true while durable progress is newer than this. */
export const PROGRESS_FRESH_MS = 5_000;

/** What may honestly be said about a recording now. */
export type Liveness = "live" | "silent" | "off";

/** `live` while progress is fresh; `silent` where it should be recording and nothing arrives; else `off`. */
export function liveness(item: RecordingItem, nowMs: number): Liveness {
  if (item.state !== "recording") return "off";
  return item.grewAtMs !== null && nowMs - item.grewAtMs < PROGRESS_FRESH_MS ? "live" : "silent";
}

/** How long a recording is by now: a live one grows between two answers. */
export function lengthNow(item: RecordingItem, nowMs: number): number {
  if (liveness(item, nowMs) !== "live" || item.grewAtMs === null) return item.durationMs;
  return item.durationMs + (nowMs - item.grewAtMs);
}
