/** The timeline of the recording that is played: what is known of it as rows, what is done on it as wishes. */

import { useEffect, useMemo } from "preact/hooks";
import type { Bookmark } from "../../core/bookmark.ts";
import { applicationsRow } from "../../core/lane-applications.ts";
import { missingWords } from "../../core/lane-coverage.ts";
import type { BookmarkMark } from "../../core/lane-marks.ts";
import type { Snapshot } from "../../core/player.ts";
import type { Recording } from "../../core/recording.ts";
import { spokenPosition } from "../../core/time.ts";
import { timelineRows } from "../../core/timeline-rows.ts";
import { Timeline } from "../../ui/timeline.tsx";
import type { PlayerStore } from "./store.ts";
import { setTimeMode, timeMode } from "./time-mode.ts";

/** Bookmarks as the timeline shows them: with whose they are, unless they are one's own. */
function marksOf(bookmarks: readonly Bookmark[]): BookmarkMark[] {
  return bookmarks.map(({ id, atUs, endUs, text, by, mine }) => ({ id, atUs, endUs, text, by: mine ? "" : by }));
}

/** When the first picture has long been there, the small ones around it come, so that the first hover waits for none. */
const WARM_MS = 1_500;
/** Half an hour: 400 kB. */
const WARM_SPRITES = 8;

interface PlayerTimelineProps {
  readonly store: PlayerStore;
  readonly recording: Recording;
  readonly snapshot: Snapshot;
}

export function PlayerTimeline({ store, recording, snapshot }: PlayerTimelineProps) {
  const revision = store.revision.value;
  const bookmarks = store.bookmarks.items.value;
  const line = recording.line(snapshot.track);
  const { worked, tones, chosen } = store.applications;
  const { bands, triggers } = worked.value;
  const application = chosen.value;
  const { rows, gaps, blackouts } = useMemo(
    () =>
      timelineRows(
        {
          line,
          spans: recording.spans(),
          gaps: recording.gaps(),
          moments: [...recording.moments(), ...triggers],
          bookmarks: marksOf(bookmarks),
          endUs: recording.endUs,
        },
        bands.length === 0 ? [] : [applicationsRow(bands, tones.value, application)],
      ),
    [recording, line, revision, bookmarks, worked.value, application],
  );
  const missing = useMemo(() => missingWords(gaps, blackouts, spokenPosition), [gaps, blackouts]);
  const pictures = useMemo(() => store.picturesOf(snapshot.track), [store, recording, snapshot.track]);
  useEffect(() => {
    const timer = setTimeout(() => pictures.prefetch(store.snapshot.value?.positionUs ?? 0, WARM_SPRITES), WARM_MS);
    return () => clearTimeout(timer);
  }, [pictures]);
  return (
    <Timeline
      rows={rows}
      revision={revision}
      startedAtUs={recording.startedAtUs}
      durationUs={snapshot.durationUs}
      positionUs={snapshot.positionUs}
      growing={snapshot.growing}
      missing={missing}
      mode={timeMode.value}
      onMode={setTimeMode}
      range={snapshot.range}
      onRange={(range) => store.setRange(range)}
      pictures={pictures}
      onSeek={(positionUs, settled) => store.scrub(positionUs, settled)}
    />
  );
}
