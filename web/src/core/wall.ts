/** The wall of who is being recorded now, and what may honestly be said of each. */

import { asObject, instant, list, optional } from "./decode.ts";
import { PROGRESS_FRESH_MS, readWorkstation, type WorkstationItem, type WorkstationState } from "./library.ts";
import { positionText } from "./time.ts";

export interface WallItem extends WorkstationItem {
  readonly startedAt: Date | null;
  /** When its newest picture was taken; a new time is a new picture. Null where there is none. */
  readonly pictureAt: Date | null;
}

export function readWall(value: unknown, receivedAtMs: number): WallItem[] {
  return list(asObject(value, "wall"), "items", "wall", (item, path) => ({
    ...readWorkstation(item, path, receivedAtMs),
    startedAt: optional(instant, item, "recordingStartedAt", path),
    pictureAt: optional(instant, item, "thumbnailAt", path),
  }));
}

export type WallTone = "neutral" | "accent" | "live" | "warn";

export interface WallWords {
  readonly tone: WallTone;
  readonly text: string;
}

const PLAIN: Readonly<Record<WorkstationState, WallWords>> = {
  idle: { tone: "accent", text: "Ready" },
  recording: { tone: "live", text: "Recording now" },
  blackout: { tone: "neutral", text: "Blackout" },
  no_display: { tone: "warn", text: "No display to record" },
  disk_full: { tone: "warn", text: "Its disk is full" },
  failed: { tone: "warn", text: "The recorder failed" },
  logged_out: { tone: "neutral", text: "Nobody is logged in" },
  locked: { tone: "neutral", text: "Locked" },
  asleep: { tone: "neutral", text: "Asleep" },
  governor: { tone: "warn", text: "Paused: the PC is too busy" },
  denied: { tone: "warn", text: "It may not see the screen" },
  update: { tone: "neutral", text: "Being updated" },
  offline: { tone: "neutral", text: "Not connected" },
};

/**
 * What a workstation does, in words. Connected is not recording: only progress that has become durable is.
 *
 * @param grewAtMs when durable progress was last made, on this page's own clock; null where nobody knows.
 */
export function wallWords(item: WorkstationItem, grewAtMs: number | null, nowMs: number): WallWords {
  if (item.state === "recording") {
    if (grewAtMs === null) return { tone: "neutral", text: "Starting …" };
    return nowMs - grewAtMs < PROGRESS_FRESH_MS ? PLAIN.recording : { tone: "warn", text: "Nothing arrives" };
  }
  const plain = PLAIN[item.state];
  return item.reason === "" ? plain : { ...plain, text: `${plain.text}: ${item.reason}` };
}

/** How long it has been recording, as a clock. */
export function sinceText(startedAt: Date, now: Date): string {
  return positionText(Math.max(0, now.getTime() - startedAt.getTime()) * 1000);
}

/** Whether a workstation is meant by what was typed. */
export function isMeant(item: WorkstationItem, query: string): boolean {
  const within = `${item.agent} ${item.name}`.toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => within.includes(word));
}

/** By name, numbers by their value: a wall is found again by its places. */
export function inWallOrder<T extends WorkstationItem>(items: readonly T[]): T[] {
  return [...items].sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
}

/** Widths of a tile in rem. */
export const TILE_REM = { min: 11, usual: 19, max: 40 } as const;
