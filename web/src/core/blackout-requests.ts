/** Who or what asks that nothing be captured at a workstation, and what a person may ask. */

import { instant, type Json, list, oneOf, optional, text } from "./decode.ts";
import { clockText } from "./time.ts";

export const BLACKOUT_SOURCES = [
  "command_line",
  "api",
  "agent",
  "analytics",
  "decision_source",
  "interaction",
] as const;
export type BlackoutSource = (typeof BLACKOUT_SOURCES)[number];

export interface BlackoutRequest {
  readonly source: BlackoutSource;
  /** The person or the program; may be empty. */
  readonly by: string;
  /** May be empty. */
  readonly reason: string;
  readonly since: Date;
  /** When it ends by itself; null where it lasts until it is ended. */
  readonly until: Date | null;
}

/** The requests of a workstation as the API gives it. */
export function readRequests(from: Json, path: string): BlackoutRequest[] {
  return list(from, "blackoutRequests", path, readRequest);
}

function readRequest(from: Json, path: string): BlackoutRequest {
  return {
    source: oneOf(from, "source", path, BLACKOUT_SOURCES),
    by: text(from, "by", path),
    reason: text(from, "reason", path),
    since: instant(from, "since", path),
    until: optional(instant, from, "until", path),
  };
}

const named = (what: string, by: string): string => (by === "" ? what : `${what} ${by}`);

/** Who asked: "Asked for by kim". */
export function askedBy(request: Pick<BlackoutRequest, "source" | "by">): string {
  switch (request.source) {
    case "api":
      return `Asked for by ${request.by || "a program"}`;
    case "command_line":
      return request.by === "" ? "Asked for at the command line" : `Asked for by ${request.by} at the command line`;
    case "agent":
      return request.by === "" ? "Asked for by the agent" : `Asked for by the agent, ${request.by}`;
    case "analytics":
      return request.by === "" ? "Asked for by desktop analytics" : `Asked for by desktop analytics: ${request.by}`;
    case "decision_source":
      return named("Decided by", request.by || "its decision source");
    case "interaction":
      return named("Bound to the interaction", request.by);
  }
}

/** Until when, by the reader's clock. */
export function untilWords(until: Date | null, locale?: string): string {
  return until === null ? "until it is ended" : `until ${clockText(until, false, locale)}`;
}

/** A request as one sentence. */
export function requestWords(request: BlackoutRequest, locale?: string): string {
  return `${askedBy(request)}, ${untilWords(request.until, locale)}`;
}

/** Why it is dark, short: the first reason that somebody gave. */
export function blackoutReason(requests: readonly BlackoutRequest[]): string {
  return requests.find((one) => one.reason !== "")?.reason ?? "";
}

/** Whether a user's own request, made in this portal, is among them. */
function isAsking(requests: readonly BlackoutRequest[], user: string): boolean {
  return requests.some((one) => one.source === "api" && one.by === user);
}

/** What is offered, in minutes; null is as long as the workstation is configured to. */
export const BLACKOUT_MINUTES = [5, 15, 30, 60, null] as const;

/** What a person may do about blackouts at a workstation now. */
export type BlackoutOffer = "begin" | "end" | "end-own" | "none";

/**
 * Who may end blackouts ends all that are in force; who may only begin them ends their own.
 *
 * @param permissions of the login session.
 */
export function blackoutOffer(
  item: { readonly connected: boolean; readonly blackouts: readonly BlackoutRequest[] },
  permissions: ReadonlySet<string>,
  user: string,
): BlackoutOffer {
  if (!item.connected) return "none";
  if (item.blackouts.length === 0) return permissions.has("blackout_on") ? "begin" : "none";
  if (permissions.has("blackout_off")) return "end";
  if (!permissions.has("blackout_on")) return "none";
  return isAsking(item.blackouts, user) ? "end-own" : "begin";
}
