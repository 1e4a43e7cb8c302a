/** Codes of the recorder in words for a person. An unknown code is shown as it is: honest, if not pretty. */

import { askerOf } from "./blackouts.ts";
import type { Json } from "./decode.ts";
import { lengthText } from "./time.ts";

/** How an event is shown: its words, and how much attention it asks for. */
export interface MomentText {
  readonly title: string;
  readonly detail: string;
  readonly tone: "neutral" | "notice" | "warning";
}

function detailOf(details: Json, key: string): string {
  const value = details[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

const MOMENTS: Readonly<Record<string, (details: Json) => MomentText>> = {
  "capture.layout_changed": (details) => ({
    title: "Displays changed",
    detail: detailOf(details, "monitors"),
    tone: "neutral",
  }),
  "capture.track_ended": (details) => ({
    title: "A monitor was removed",
    detail: detailOf(details, "monitor"),
    tone: "neutral",
  }),
  "capture.masks_unknown": () => ({
    title: "All of the screen was masked",
    detail: "the windows to leave out could not be found",
    tone: "warning",
  }),
  "capture.masks_known": () => ({ title: "The screen was captured again", detail: "", tone: "neutral" }),
  "capture.no_display": () => ({ title: "The display was gone", detail: "", tone: "warning" }),
  "capture.display_back": (details) => ({ title: "The display was back", detail: awayText(details), tone: "neutral" }),
  "capture.failed": (details) => ({
    title: "Capturing failed for a moment",
    detail: detailOf(details, "message"),
    tone: "warning",
  }),
  "capture.picture_too_large": () => ({
    title: "A picture was too large to keep",
    detail: "",
    tone: "warning",
  }),
  "capture.rate_changed": rateWords,
  "analytics.trigger": triggerWords,
  "clock.offset": offsetWords,
  "clock.stepped": stepWords,
  "blackout.on": (details) => ({
    title: "Blackout began",
    detail: joined(detailOf(details, "reason"), askerOf(details)),
    tone: "notice",
  }),
  "blackout.off": (details) => ({ ...endWords(details), tone: "neutral" }),
  "blackout.expired": (details) => ({
    title: endWords(details).title,
    detail: "by itself: its time was over",
    tone: "notice",
  }),
};

const joined = (...parts: readonly string[]): string => parts.filter((one) => one !== "").join(" · ");

/** Several may ask at a time, and it is black until the last of them has ended. */
function endWords(details: Json): { readonly title: string; readonly detail: string } {
  const others = typeof details.in_force === "number" ? details.in_force : 0;
  const by = detailOf(details, "ended_by");
  const detail = joined(by === "" ? "" : `by ${by}`, detailOf(details, "ended_because"));
  return { title: others > 0 ? "One of several blackouts ended" : "Blackout ended", detail };
}

/** Below this the clocks of workstation and server agree, as far as anybody cares. */
const CLOCK_US_MIN = 500_000;
/** From here on the server warns of it, too. */
const CLOCK_US_WARNED = 5_000_000;

/** How far the server's clock is ahead of the workstation's, whose own times the recording has. */
function offsetWords(details: Json): MomentText {
  const offsetUs = Number(details.offset_us);
  if (!(Math.abs(offsetUs) >= CLOCK_US_MIN)) {
    return { title: "The workstation's clock agrees with the server's", detail: "", tone: "neutral" };
  }
  const by = `by ${lengthText(Math.abs(offsetUs) / 1000)}`;
  const tone = Math.abs(offsetUs) >= CLOCK_US_WARNED ? "notice" : "neutral";
  return { title: `The workstation's clock is ${offsetUs > 0 ? "behind" : "ahead"}`, detail: by, tone };
}

function stepWords(details: Json): MomentText {
  const asleep = details.asleep_us;
  if (typeof asleep === "number") {
    return { title: "The workstation was asleep", detail: `for ${lengthText(asleep / 1000)}`, tone: "neutral" };
  }
  const byUs = Number(details.by_us);
  const detail = Number.isFinite(byUs) ? `by ${lengthText(Math.abs(byUs) / 1000)}` : "";
  return { title: `The workstation's clock was set ${byUs < 0 ? "back" : "forward"}`, detail, tone: "notice" };
}

function awayText(details: Json): string {
  const away = details.away_us;
  return typeof away === "number" ? `after ${lengthText(away / 1000)}` : "";
}

/** The governor lowers the rate before the agent notices that the PC is busy, and says so. */
function rateWords(details: Json): MomentText {
  const fps = Number(details.fps);
  const before = Number(details.from_fps);
  const detail = Number.isFinite(fps) ? `${fps} picture${fps === 1 ? "" : "s"} a second` : "";
  if (before > fps) return { title: "Fewer pictures: the PC was busy", detail, tone: "notice" };
  return { title: "More pictures again", detail, tone: "neutral" };
}

const ACTS: Readonly<Record<string, string>> = {
  blackout: "blackout",
  recording: "recording",
  tag: "tag",
  field: "field",
  alarm: "alarm",
  mark: "mark",
};

/** What a rule did with what it saw. */
function triggerWords(details: Json): MomentText {
  const action = detailOf(details, "action");
  const rule = detailOf(details, "rule");
  return {
    title: rule === "" ? "A rule fired" : `Rule “${rule}”`,
    detail: joined(ACTS[action] ?? action, detailOf(details, "detail")),
    tone: action === "alarm" ? "warning" : "notice",
  };
}

/** An event in words. */
export function momentWords(code: string, details: Json): MomentText {
  const known = MOMENTS[code];
  if (known !== undefined) return known(details);
  const words = code.replaceAll(/[._]/g, " ");
  return { title: words.charAt(0).toUpperCase() + words.slice(1), detail: "", tone: "neutral" };
}
