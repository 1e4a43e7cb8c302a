/** What was recorded about an agent, why, and who watched it: the list as the API gives it, and its words. */

import { asObject, instant, type Json, list, number, oneOf, optional, text } from "./decode.ts";
import { type RecordingItem, readRecording } from "./library.ts";
import { listed } from "./permissions.ts";
import { dayText, lengthText, positionText } from "./time.ts";

/** How somebody saw a recording. */
export const LOOKS = ["played", "live", "exported"] as const;
export type Look = (typeof LOOKS)[number];

export interface Watch {
  readonly by: string;
  readonly at: Date;
  /** Where in the recording they began, where that is known. */
  readonly fromMs: number | null;
  readonly how: Look;
}

export interface MineItem {
  readonly recording: RecordingItem;
  readonly why: string;
  readonly watched: readonly Watch[];
}

export interface MinePage {
  readonly items: readonly MineItem[];
  readonly next: string | null;
}

function readWatch(from: Json, path: string): Watch {
  return {
    by: text(from, "by", path),
    at: instant(from, "at", path),
    fromMs: optional(number, from, "fromMs", path),
    how: oneOf(from, "how", path, LOOKS),
  };
}

export function readMine(value: unknown, receivedAtMs: number): MinePage {
  const from = asObject(value, "mine");
  return {
    items: list(from, "items", "mine", (item, path) => ({
      recording: readRecording(item, receivedAtMs, path),
      why: text(item, "why", path),
      watched: list(item, "watched", path, readWatch),
    })),
    next: optional(text, from, "next", "mine"),
  };
}

/** Why it was recorded, as a sentence. */
export function whyText(why: string): string {
  if (why === "continuous") return "Recording here runs all the time.";
  const ordered = /^ordered by (.+)$/.exec(why);
  if (ordered !== null) return `${ordered[1]} started it.`;
  if (why === "") return "The reason was not written down.";
  const said = why.replaceAll("_", " ");
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? "" : "."}`;
}

const LOOK_WORDS: Readonly<Record<Look, string>> = {
  played: "played it",
  live: "watched while it was recorded",
  exported: "downloaded it",
};

/** What somebody did with it: `played it from 12:30 on`. */
export function lookText(watch: Watch): string {
  const from = watch.fromMs !== null && watch.fromMs >= 1000 ? ` from ${positionText(watch.fromMs * 1000)} on` : "";
  return `${LOOK_WORDS[watch.how]}${watch.how === "played" ? from : ""}`;
}

/** Who watched, in one line: each person once, in the order in which they did so last; the agent is “you”. */
export function watchersText(watched: readonly Watch[], me: string): string {
  const others = watchers(watched, me);
  const self = others.length < new Set(watched.map((one) => one.by)).size;
  if (watched.length === 0) return "Nobody has watched it.";
  if (others.length === 0) return "Nobody but you has watched it.";
  const names = others.length > 3 ? `${others.slice(0, 2).join(", ")} and ${others.length - 2} others` : listed(others);
  return `${names} watched it${self ? ", and so did you" : ""}.`;
}

/** As many looks as the server tells of one recording; there may have been more. */
export const WATCHED_MAX = 50;

/** The others who watched, each once, the last first. */
export function watchers(watched: readonly Watch[], me: string): string[] {
  const last = [...watched].sort((one, other) => other.at.getTime() - one.at.getTime());
  return [...new Set(last.map((one) => one.by))].filter((by) => by !== me);
}

/** What is being recorded at this moment, of what is shown. */
export function ongoing(items: readonly MineItem[]): MineItem | null {
  return items.find((item) => item.recording.state === "recording") ?? null;
}

/** In days, as a person looks for it; the items are in order already. */
export function byDay(
  items: readonly MineItem[],
  now: Date,
  locale?: string,
): { readonly day: string; readonly items: readonly MineItem[] }[] {
  const days: { day: string; items: MineItem[] }[] = [];
  for (const item of items) {
    const day = dayText(item.recording.startedAt, now, locale);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}

/** How long, and what is missing of it. */
export function extentText(item: MineItem): string {
  const { durationMs, gaps } = item.recording;
  const missing = gaps === 0 ? "" : gaps === 1 ? ", with one gap" : `, with ${gaps} gaps`;
  return `${lengthText(durationMs)}${missing}`;
}
