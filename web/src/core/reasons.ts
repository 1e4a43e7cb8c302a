/** Why seconds are missing: the ledger's codes, each with its words and with how it looks along a strip. */

/** The codes of the ledger, by precedence: where several are known for a second, the first one counts. */
export const REASONS = [
  "blackout",
  "logged_out",
  "locked",
  "asleep",
  "update",
  "governor",
  "denied",
  "no_display",
  "disk_full",
  "failed",
  "killed",
  "spooled",
  "off",
  "unknown",
] as const;
export type ReasonCode = (typeof REASONS)[number];

/** What a stretch of a strip is: there, or missing for a reason. */
export const KINDS = ["kept", ...REASONS] as const;
export type Kind = (typeof KINDS)[number];

/**
 * `excused`: nothing was there to record, or it was not to be. `passing`: nobody has to do anything about it.
 * `fault`: it should not have been.
 */
export type Weight = "excused" | "passing" | "fault";

interface ReasonWords {
  /** In a legend: "Locked". */
  readonly label: string;
  /** After "Nothing recorded:". */
  readonly why: string;
  readonly weight: Weight;
}

const TABLE: Readonly<Record<ReasonCode, ReasonWords>> = {
  blackout: { label: "Blackout", why: "a blackout was asked for", weight: "excused" },
  logged_out: { label: "Logged out", why: "nobody was logged in", weight: "excused" },
  locked: { label: "Locked", why: "the workstation was locked", weight: "excused" },
  asleep: { label: "Asleep", why: "the workstation was asleep", weight: "excused" },
  update: { label: "Update", why: "the recorder was being updated", weight: "passing" },
  governor: {
    label: "PC too busy",
    why: "the PC was too busy; recording stepped aside for the agent",
    weight: "fault",
  },
  denied: { label: "Not permitted", why: "the system did not let the recorder see the screen", weight: "fault" },
  no_display: { label: "No display", why: "there was no display to record", weight: "fault" },
  disk_full: { label: "Disk full", why: "the workstation's disk was full", weight: "fault" },
  failed: { label: "Capture failed", why: "capturing the screen failed", weight: "fault" },
  killed: { label: "Ended by force", why: "the recorder was ended by force", weight: "fault" },
  spooled: { label: "Still to come", why: "it is still on the workstation, and will come", weight: "passing" },
  off: { label: "Off", why: "the workstation was off, or the recorder did not run", weight: "excused" },
  unknown: { label: "Unexplained", why: "no reason is known", weight: "fault" },
};

/** What the player is told besides: how a recording's segments came to an end. */
const OF_RECORDINGS: Readonly<Record<string, string>> = {
  sealed: "recording was stopped for a while",
  lost: "the workstation was off or could not be reached",
  corrupt: "the recorded bytes are damaged",
  unreadable: "the recorded bytes cannot be read",
  deleting: "it was deleted",
};

function isReason(code: string): code is ReasonCode {
  return code in TABLE;
}

/** Why nothing was recorded. A code that is not known is shown as it is: honest, if not pretty. */
export function reasonText(code: string): string {
  return isReason(code) ? TABLE[code].why : (OF_RECORDINGS[code] ?? code.replaceAll("_", " "));
}

/** The same as a sentence of its own. */
export function reasonSentence(code: string): string {
  const words = reasonText(code);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** A kind in a legend. */
export function kindLabel(kind: Kind): string {
  return kind === "kept" ? "Recorded" : TABLE[kind].label;
}

export function weightOf(code: ReasonCode): Weight {
  return TABLE[code].weight;
}

/** How a kind is drawn. Heights and breaks tell it apart as well as colour does. */
export interface KindLook {
  /** A colour of the strip's style sheet. */
  readonly tone: "kept" | "blackout" | "quiet" | "passing" | "warn" | "fault";
  /** From the bottom, 0 to 1. */
  readonly height: number;
  /** With a break in the middle: something should be there. */
  readonly broken: boolean;
}

const look = (tone: KindLook["tone"], height: number, broken = false): KindLook => ({ tone, height, broken });

const LOOKS: Readonly<Record<Kind, KindLook>> = {
  kept: look("kept", 1),
  blackout: look("blackout", 1),
  logged_out: look("quiet", 0.18),
  locked: look("quiet", 0.42),
  asleep: look("quiet", 0.3),
  off: look("quiet", 0.08),
  update: look("passing", 0.6),
  spooled: look("kept", 0.6),
  governor: look("warn", 1, true),
  no_display: look("warn", 1, true),
  denied: look("fault", 1, true),
  disk_full: look("fault", 1, true),
  failed: look("fault", 1, true),
  killed: look("fault", 1, true),
  unknown: look("fault", 1, true),
};

export function lookOf(kind: Kind): KindLook {
  return LOOKS[kind];
}
