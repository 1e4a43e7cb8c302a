/** The lanes of moments: what happened, and what people marked. */

import { isBlackout } from "./blackouts.ts";
import type { Frame, Lane, Note, Pin, Shape, Tone } from "./lanes.ts";
import type { Moment } from "./recording.ts";
import { shareOf } from "./timeline-view.ts";
import { momentWords } from "./words.ts";

/** Pins closer than this many units become one that says how many. */
const APART = 11;
/** Half the width of a pin, in units. */
const EDGE = 4;
/** Words for one place are few enough to be read while pointing. */
const NOTES_MAX = 4;

/** A bookmark as the timeline knows it. */
export interface BookmarkMark {
  readonly id: string;
  readonly atUs: number;
  readonly endUs: number | null;
  readonly text: string;
  /** Who else's it is; empty for one's own. */
  readonly by: string;
}

interface Placed {
  readonly atUs: number;
  readonly tone: Tone;
}

/** Pins for moments in order; what is too close together becomes one, in the tone that asks for more attention. */
export function pinsOf(moments: readonly Placed[], frame: Frame, glyph: Pin["glyph"]): Pin[] {
  const { view, width, unit } = frame;
  const pins: Pin[] = [];
  for (const { atUs, tone } of moments) {
    const at = shareOf(view, atUs);
    if (at < 0 || at > 1) continue;
    // At either end it is seen whole.
    const x = Math.max(EDGE * unit, Math.min(width - EDGE * unit, at * width));
    const last = pins.at(-1);
    if (last !== undefined && x - last.x < APART * unit) {
      pins[pins.length - 1] = { ...last, count: last.count + 1, tone: last.tone === "neutral" ? tone : last.tone };
    } else {
      pins.push({ kind: "pin", x, tone, glyph, count: 1 });
    }
  }
  return pins;
}

function near<T extends { readonly atUs: number }>(things: readonly T[], positionUs: number, slackUs: number): T[] {
  return things
    .filter((one) => Math.abs(one.atUs - positionUs) <= slackUs)
    .sort((one, other) => Math.abs(one.atUs - positionUs) - Math.abs(other.atUs - positionUs))
    .slice(0, NOTES_MAX);
}

function eventNote(moment: Moment): Note {
  const { title, detail, tone } = momentWords(moment.code, moment.details);
  return { words: title, detail, tone, atUs: moment.positionUs, hides: false };
}

/** What happened, as dots. Blackouts are left to the lane that shows how long they were. */
export function eventsLane(moments: readonly Moment[]): Lane {
  const shown = moments.filter((moment) => !isBlackout(moment.code));
  const placed = shown
    .map((moment) => {
      const { tone } = momentWords(moment.code, moment.details);
      return { atUs: moment.positionUs, moment, tone: tone === "neutral" ? ("neutral" as const) : ("notice" as const) };
    })
    .sort((one, other) => one.atUs - other.atUs);
  return {
    id: "events",
    stops: placed.map((one) => one.atUs),
    notes: (positionUs, slackUs) => near(placed, positionUs, slackUs).map((one) => eventNote(one.moment)),
    plan: (frame): readonly Shape[] => pinsOf(placed, frame, "dot"),
  };
}

/** What people marked, as flags; a bookmark of a stretch has a soft band. */
export function bookmarksLane(bookmarks: readonly BookmarkMark[]): Lane {
  const sorted = [...bookmarks].sort((one, other) => one.atUs - other.atUs);
  const placed = sorted.map((one) => ({ atUs: one.atUs, tone: "mark" as const }));
  const note = (one: BookmarkMark, atUs: number | null): Note => ({
    words: one.text,
    detail: one.by === "" ? "Bookmark" : `Bookmark of ${one.by}`,
    tone: "neutral",
    atUs,
    hides: false,
  });
  const notes = (positionUs: number, slackUs: number): Note[] => {
    const flags = near(sorted, positionUs, slackUs);
    const around = sorted.filter((one) => one.endUs !== null && positionUs > one.atUs && positionUs <= one.endUs);
    return [
      ...flags.map((one) => note(one, one.atUs)),
      // Within a stretch a click goes where it is made.
      ...around.filter((one) => !flags.includes(one)).map((one) => note(one, null)),
    ].slice(0, NOTES_MAX);
  };
  return {
    id: "bookmarks",
    stops: placed.map((one) => one.atUs),
    notes,
    plan: (frame): readonly Shape[] => {
      const bands = sorted.flatMap(({ atUs, endUs }): Shape[] => {
        if (endUs === null || endUs < frame.view.fromUs || atUs > frame.view.toUs) return [];
        const left = shareOf(frame.view, atUs) * frame.width;
        const right = Math.max(left + 2, shareOf(frame.view, endUs) * frame.width);
        return [{ kind: "block", left, right, tone: "mark", fill: "soft" }];
      });
      return [...bands, ...pinsOf(placed, frame, "flag")];
    },
  };
}
