/**
 * What lies along the timeline, as lanes: each turns what it knows into plain shapes for a part of the recording, and
 * into words for a position. Lanes decide, the canvas paints; so a lane is tested without one, and a further track
 * (sound, applications, evaluation marks) is a further lane and nothing else.
 */

import type { View } from "./timeline-view.ts";

/** Where a lane is drawn: this part of the recording, on this many CSS pixels. */
export interface Frame {
  readonly view: View;
  readonly width: number;
  readonly height: number;
  /** A sixteenth of a rem in CSS pixels: 1, and 2 where text is twice as large. */
  readonly unit: number;
}

/** One of the colours that applications have. */
export type ApplicationTone = `app${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}`;

/** What a shape means; the theme gives the colours. */
export type Tone =
  | "ground"
  | "change"
  | "missing"
  | "blackout"
  | "neutral"
  | "notice"
  | "mark"
  | "first"
  | "second"
  | ApplicationTone;

/** A stretch of even colour, or hatched. `left` and `right` in pixels. The first label that fits is shown. */
export interface Block {
  readonly kind: "block";
  readonly left: number;
  readonly right: number;
  readonly tone: Tone;
  readonly fill: "solid" | "hatch" | "soft";
  readonly labels?: readonly string[];
}

/** A silhouette on the ground: heights from 0 to 1 at every `step` pixels from `left` on. */
export interface Area {
  readonly kind: "area";
  readonly left: number;
  readonly step: number;
  readonly tone: Tone;
  readonly tops: Float32Array;
}

/** A silhouette around the middle, such as of sound: heights from 0 to 1. */
export interface Wave {
  readonly kind: "wave";
  readonly left: number;
  readonly step: number;
  readonly tone: Tone;
  readonly peaks: Float32Array;
}

/** Something at a moment. `count` above 1: so many that lie too close to be told apart. */
export interface Pin {
  readonly kind: "pin";
  readonly x: number;
  readonly tone: Tone;
  readonly glyph: "dot" | "flag";
  readonly count: number;
}

export type Shape = Block | Area | Wave | Pin;

/** What a lane says about a position. */
export interface Note {
  readonly words: string;
  readonly detail: string;
  readonly tone: "neutral" | "notice" | "warning";
  /** The moment itself, for what has one: a click nearby goes there. */
  readonly atUs: number | null;
  /** Whether the picture says nothing here: it is missing, or black by order. */
  readonly hides: boolean;
}

export interface Lane {
  readonly id: string;
  /** The shapes for a frame, in the order of painting. Few: bounded by the width, not by what there is. */
  plan(frame: Frame): readonly Shape[];
  /** What lies at a position, or within `slackUs` of it for what is but a moment. */
  notes(positionUs: number, slackUs: number): readonly Note[];
  /** Moments worth going to by key, in order. */
  readonly stops: readonly number[];
}

/** Lanes that are drawn over one another, in this order. */
export interface Row {
  readonly id: string;
  /** For its head and for screen readers. */
  readonly label: string;
  /** Height in rem. */
  readonly height: number;
  /** One that can be folded has a head with its label. */
  readonly foldable: boolean;
  readonly lanes: readonly Lane[];
}

/** Height in rem of a row that is folded: room for its head. */
export const FOLDED_REM = 1.5;

/** A row and where it lies, in rem from the top. */
export interface PlacedRow {
  readonly row: Row;
  readonly top: number;
  readonly height: number;
  readonly folded: boolean;
}

export function placeRows(rows: readonly Row[], folded: ReadonlySet<string>): readonly PlacedRow[] {
  let top = 0;
  return rows.map((row) => {
    const isFolded = row.foldable && folded.has(row.id);
    const placed = { row, top, height: isFolded ? FOLDED_REM : row.height, folded: isFolded };
    top += placed.height;
    return placed;
  });
}

/** Everything the rows say about a position. */
export function notesAt(rows: readonly Row[], positionUs: number, slackUs: number): readonly Note[] {
  return rows.flatMap((row) => row.lanes.flatMap((lane) => lane.notes(positionUs, slackUs)));
}

/** A playhead that just passed a moment is still at it. */
const PASSED_US = 1_500_000;
const AHEAD_US = 500_000;

/** The next moment of any row in a direction, or null. */
export function nextStop(rows: readonly Row[], positionUs: number, direction: 1 | -1): number | null {
  let best: number | null = null;
  for (const stop of rows.flatMap((row) => row.lanes.flatMap((lane) => lane.stops))) {
    const ahead = direction > 0 ? stop > positionUs + AHEAD_US : stop < positionUs - PASSED_US;
    if (ahead && (best === null || (direction > 0 ? stop < best : stop > best))) best = stop;
  }
  return best;
}
