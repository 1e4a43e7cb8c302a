/** What the timeline says to those who hear it. */

import type { Note } from "./lanes.ts";
import { clockText, instantAt, SECOND_US, spokenPosition } from "./time.ts";
import type { TimeMode } from "./timeline-ticks.ts";
import { isWhole, type View } from "./timeline-view.ts";

export interface Spoken {
  readonly positionUs: number;
  readonly durationUs: number;
  readonly mode: TimeMode;
  readonly startedAtUs: number;
  readonly notes: readonly Note[];
}

/** The value of the slider: where one is, and what is there. */
export function valueText({ positionUs, durationUs, mode, startedAtUs, notes }: Spoken, locale?: string): string {
  const place = `${spokenPosition(positionUs)} of ${spokenPosition(durationUs)}`;
  const clock = mode === "clock" ? `${clockText(instantAt(startedAtUs, positionUs), true, locale)}, ` : "";
  const said = notes.map((note) => (note.detail === "" ? note.words : `${note.words}, ${note.detail}`));
  return [clock + place, ...said].join(". ");
}

/** What is seen, said when it changes. */
export function viewText(view: View, endUs: number): string {
  if (isWhole(view, endUs)) return "The whole recording is shown";
  const nearest = (positionUs: number): string => spokenPosition(Math.round(positionUs / SECOND_US) * SECOND_US);
  return `Shown: ${nearest(view.fromUs)} to ${nearest(view.toUs)}`;
}

/** The name of the reader's time zone, short, as of an instant: "CET", "GMT+5:30". */
export function zoneText(at: Date, locale?: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZoneName: "short" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
