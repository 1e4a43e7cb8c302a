/** Blackouts: stretches in which, because somebody asked for it, nothing of the screen was captured. */

import { askedBy, BLACKOUT_SOURCES } from "./blackout-requests.ts";
import type { Json } from "./decode.ts";
import type { Moment } from "./recording.ts";

const ON = "blackout.on";
const CUT = "cut";
const ENDS: ReadonlySet<string> = new Set(["blackout.off", "blackout.expired"]);

export interface Blackout {
  readonly fromUs: number;
  readonly toUs: number;
  /** Why, in the words of who asked first and said why; may be empty. */
  readonly reason: string;
  /** Who or what asked first; may be empty. */
  readonly asked: string;
  /** Whether it goes on at the end of what is known. */
  readonly open: boolean;
}

interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

/** When the picture itself went black, and came back: said by the requests already, with who asked and why. */
const ECHOES: ReadonlySet<string> = new Set(["capture.blackout_on", "capture.blackout_off"]);

/** Whether an event repeats what another one says better. */
export function isEcho(code: string): boolean {
  return ECHOES.has(code);
}

/** Whether an event is about a blackout. */
export function isBlackout(code: string): boolean {
  return code === ON || ENDS.has(code) || ECHOES.has(code);
}

const told = (details: Json, key: string): string => (typeof details[key] === "string" ? details[key] : "");

/** Who asked, as an event's details tell it; empty where they do not. */
export function askerOf(details: Json): string {
  const source = BLACKOUT_SOURCES.find((one) => one === details.source);
  return source === undefined ? "" : askedBy({ source, by: told(details, "by") });
}

/** One request for each of these: a second one of the same party goes on with its first. */
const partyOf = (details: Json): string =>
  JSON.stringify([told(details, "source"), told(details, "by"), told(details, "label")]);

/**
 * The blackouts of a recording: it is black while anybody asks for it. One without an end lasts until now; behind a gap
 * the workstation says anew who asks.
 */
export function blackoutsOf(moments: readonly Moment[], endUs: number, gaps: readonly Stretch[] = []): Blackout[] {
  const found: Blackout[] = [];
  const asking = new Set<string>();
  let begun: Omit<Blackout, "toUs" | "open"> | null = null;
  const end = (atUs: number, open: boolean): void => {
    if (begun !== null) found.push({ ...begun, toUs: Math.max(atUs, begun.fromUs), open });
    begun = null;
    asking.clear();
  };
  const cuts = gaps.map((gap) => ({ positionUs: gap.fromUs, code: CUT, details: {} }));
  const marks = [...cuts, ...moments].filter((one) => one.code !== CUT || one.positionUs < endUs);
  // What arrives late of an earlier segment stands behind what is newer.
  for (const { positionUs, code, details } of marks.sort((one, other) => one.positionUs - other.positionUs)) {
    if (code === CUT) end(positionUs, false);
    else if (code === ON) {
      asking.add(partyOf(details));
      begun ??= { fromUs: positionUs, reason: "", asked: askerOf(details) };
      begun = { ...begun, reason: begun.reason || told(details, "reason") };
    } else if (ENDS.has(code) && asking.delete(partyOf(details)) && asking.size === 0) end(positionUs, false);
  }
  end(endUs, true);
  return found;
}
