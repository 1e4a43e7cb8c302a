/** Logs that say more for a while: as the API gives them, in words, and whose a line's is. */

import { asObject, instant, list, oneOf, text, texts } from "./decode.ts";
import type { LogLine } from "./logs.ts";
import { clockText } from "./time.ts";

export const RAISED_LEVELS = ["debug", "info"] as const;
export type RaisedLevel = (typeof RAISED_LEVELS)[number];

/** Whose log it is: a workstation's, or that of a part of the server. */
export interface LogTarget {
  readonly kind: "workstation" | "service";
  readonly name: string;
}

export interface RaisedLog extends LogTarget {
  readonly level: RaisedLevel;
  readonly by: string;
  readonly reason: string;
  readonly until: Date;
  /** `waiting`, `ending`: its workstation is told when it connects. */
  readonly state: "in_force" | "waiting" | "failed" | "ending";
  readonly problem: string;
}

export interface RaisedLogs {
  readonly items: readonly RaisedLog[];
  /** Parts of the server that can be named. */
  readonly services: readonly string[];
}

export function readRaisedLogs(value: unknown): RaisedLogs {
  const path = "levels";
  const from = asObject(value, path);
  return {
    items: list(from, "items", path, (item, where) => ({
      kind: oneOf(item, "kind", where, ["workstation", "service"]),
      name: text(item, "name", where),
      level: oneOf(item, "level", where, RAISED_LEVELS),
      by: text(item, "by", where),
      reason: text(item, "reason", where),
      until: instant(item, "until", where),
      state: oneOf(item, "state", where, ["in_force", "waiting", "failed", "ending"]),
      problem: text(item, "problem", where),
    })),
    services: texts(from, "services", path),
  };
}

/** All of the server. */
const SERVER = "premises";

/** Whose log a line is from: its workstation's, or that of the part of the server, or all of it. */
export function targetOf(line: Pick<LogLine, "workstation" | "service">, services: readonly string[]): LogTarget {
  if (line.workstation !== "") return { kind: "workstation", name: line.workstation };
  return { kind: "service", name: services.includes(line.service) ? line.service : SERVER };
}

export function targetText({ kind, name }: LogTarget): string {
  if (kind === "workstation") return name;
  return name === SERVER ? "This server" : `Service ${name}`;
}

export function raisedTitle(one: RaisedLog, locale?: string): string {
  const what = one.level === "debug" ? "everything" : "what it does";
  const until = clockText(one.until, false, locale);
  if (one.state === "ending") return `${targetText(one)} no longer says more, once it connects.`;
  if (one.state === "failed") return `${targetText(one)} cannot say more.`;
  if (one.state === "waiting") return `${targetText(one)} says ${what} once it connects, until ${until}.`;
  return `${targetText(one)} says ${what} until ${until}.`;
}

/** Who wanted it and why; or what stands against it. */
export function raisedHint(one: RaisedLog): string {
  const why = one.reason === "" ? `By ${one.by}.` : `By ${one.by}: ${one.reason}`;
  return one.problem === "" ? why : `${one.problem} ${why}`;
}

/** What is offered, in minutes; the server takes up to a day. */
export const RAISED_MINUTES = [15, 30, 60, 240] as const;
