/** The rows of the player's timeline, made of what is known of a recording. */

import { type Blackout, blackoutsOf } from "./blackouts.ts";
import type { Span } from "./coverage.ts";
import { activityLane } from "./lane-activity.ts";
import { groundLane, missingLane } from "./lane-coverage.ts";
import { type BookmarkMark, bookmarksLane, eventsLane } from "./lane-marks.ts";
import type { Row } from "./lanes.ts";
import type { Line } from "./line.ts";
import type { Moment } from "./recording.ts";
import type { Gap } from "./recording-index.ts";

export interface TimelineContent {
  readonly line: Line;
  readonly spans: readonly Span[];
  readonly gaps: readonly Gap[];
  readonly moments: readonly Moment[];
  readonly bookmarks: readonly BookmarkMark[];
  readonly endUs: number;
}

export interface Rows {
  readonly rows: readonly Row[];
  readonly gaps: readonly Gap[];
  readonly blackouts: readonly Blackout[];
}

/** Moments above, change below, both on what was recorded; `more` rows lie under them. */
export function timelineRows(content: TimelineContent, more: readonly Row[] = []): Rows {
  const { line, spans, gaps, moments, bookmarks } = content;
  const blackouts = blackoutsOf(moments, content.endUs, gaps);
  const rows: Row[] = [
    {
      id: "moments",
      label: "Events and bookmarks",
      height: 1.125,
      foldable: false,
      lanes: [bookmarksLane(bookmarks), eventsLane(moments)],
    },
    {
      id: "activity",
      label: "Change on the screen",
      height: 2.75,
      foldable: false,
      lanes: [groundLane(spans), activityLane(line), missingLane(gaps, blackouts)],
    },
    ...more,
  ];
  return { rows, gaps, blackouts };
}
