/** The timeline in its states, over made-up work: part of the page of components. */

import { useMemo, useState } from "preact/hooks";
import { missingWords } from "../core/lane-coverage.ts";
import type { Frame, Lane, Row, Shape, Tone } from "../core/lanes.ts";
import { Line } from "../core/line.ts";
import type { PlayRange } from "../core/range.ts";
import { spokenPosition } from "../core/time.ts";
import { timelineRows } from "../core/timeline-rows.ts";
import type { TimeMode } from "../core/timeline-ticks.ts";
import { shareOf } from "../core/timeline-view.ts";
import { Timeline, TimelineBones } from "../ui/timeline.tsx";
import css from "./components.module.css";
import { Part } from "./components-part.tsx";

const S = 1_000_000;
const END_US = 3_720 * S;
const STARTED_AT_US = 1_795_600_800_000_000;

/** A number from 0 to 1 that always looks the same for the same place. */
function noise(at: number): number {
  const value = Math.sin(at * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
}

/** An hour of made-up work: busy and quiet stretches. */
function sampleLine(): Line {
  const line = new Line(1);
  for (let second = 0; second < 3_720; second += 1) {
    if (second > 1_900 && second < 2_160) continue;
    const busy = 0.5 + 0.5 * Math.sin(second / 190) * Math.sin(second / 47);
    const bytes = busy < 0.35 ? 200 : Math.round(busy * busy * noise(second) ** 2 * 40_000);
    line.push({ segment: second < 2_000 ? 0 : 1, record: second, atUs: second * S, epoch: 0, key: false, bytes });
  }
  return line;
}

const CONTENT = {
  line: sampleLine(),
  spans: [
    { segment: 0, fromUs: 0, toUs: 1_900 * S },
    { segment: 1, fromUs: 2_160 * S, toUs: END_US },
  ],
  gaps: [{ fromUs: 1_900 * S, toUs: 2_160 * S, reason: "lost" }],
  moments: [
    { positionUs: 310 * S, code: "capture.rate_changed", details: { fps: 3, from_fps: 5 } },
    { positionUs: 342 * S, code: "capture.rate_changed", details: { fps: 5, from_fps: 3 } },
    { positionUs: 2_520 * S, code: "blackout.on", details: { source: "api", by: "kim", reason: "Card number" } },
    { positionUs: 2_655 * S, code: "blackout.off", details: { source: "api", by: "kim" } },
    { positionUs: 2_900 * S, code: "capture.layout_changed", details: { monitors: "DP-1" } },
  ],
  bookmarks: [
    { id: "1", atUs: 815 * S, endUs: null, text: "Explains the two tariffs well", by: "" },
    { id: "2", atUs: 3_090 * S, endUs: 3_330 * S, text: "Complaint: listen to this together", by: "Kim" },
  ],
  endUs: END_US,
};

function soundLane(): Lane {
  return {
    id: "sound",
    stops: [],
    notes: () => [],
    plan: ({ view, width, unit }: Frame): readonly Shape[] => {
      const step = 3 * unit;
      const peaks = Float32Array.from({ length: Math.ceil(width / step) }, (_, at) => {
        const us = view.fromUs + ((at * step) / width) * (view.toUs - view.fromUs);
        const second = Math.floor(us / S);
        return second > 1_900 && second < 2_160 ? 0 : noise(second) * (0.3 + 0.7 * Math.abs(Math.sin(second / 90)));
      });
      return [{ kind: "wave", left: 0, step, tone: "first", peaks }];
    },
  };
}

const APPLICATIONS: readonly (readonly [from: number, to: number, name: string, tone: Tone])[] = [
  [0, 640, "Customer file", "first"],
  [640, 1_180, "Mail", "second"],
  [1_180, 1_900, "Customer file", "first"],
  [2_160, 2_700, "Payment", "second"],
  [2_700, 3_720, "Customer file", "first"],
];

function applicationsLane(): Lane {
  const at = (positionUs: number) =>
    APPLICATIONS.find(([from, to]) => positionUs >= from * S && positionUs < to * S)?.[2] ?? "";
  return {
    id: "applications",
    stops: APPLICATIONS.map(([from]) => from * S),
    notes: (positionUs) => {
      const words = at(positionUs);
      return words === "" ? [] : [{ words, detail: "", tone: "neutral", atUs: null, hides: false }];
    },
    plan: ({ view, width }: Frame): readonly Shape[] =>
      APPLICATIONS.map(([from, to, label, tone]) => ({
        kind: "block",
        left: shareOf(view, from * S) * width,
        right: shareOf(view, to * S) * width - 1,
        tone,
        fill: "soft",
        labels: [label],
      })),
  };
}

const LATER: readonly Row[] = [
  { id: "sound", label: "Sound", height: 2, foldable: true, lanes: [soundLane()] },
  { id: "applications", label: "Applications", height: 1.5, foldable: true, lanes: [applicationsLane()] },
];

interface SampleProps {
  readonly growing?: boolean;
  readonly more?: readonly Row[];
  readonly begin?: PlayRange | null;
}

function Sample({ growing = false, more = [], begin = null }: SampleProps) {
  const [positionUs, setPosition] = useState(growing ? END_US : 1_254 * S);
  const [mode, setMode] = useState<TimeMode>("elapsed");
  const [range, setRange] = useState<PlayRange | null>(begin);
  const { rows, gaps, blackouts } = useMemo(() => timelineRows(CONTENT, more), [more]);
  return (
    <Timeline
      rows={rows}
      revision={0}
      startedAtUs={STARTED_AT_US}
      durationUs={END_US}
      positionUs={positionUs}
      growing={growing}
      missing={missingWords(gaps, blackouts, spokenPosition)}
      mode={mode}
      onMode={setMode}
      range={range}
      onRange={setRange}
      pictures={null}
      onSeek={setPosition}
    />
  );
}

export function TimelineParts() {
  return (
    <Part title="Timeline">
      <div class={css.dark}>
        <Sample growing />
      </div>
      <div class={css.light}>
        <Sample begin={{ fromUs: 640 * S, toUs: 1_560 * S }} />
      </div>
      <div class={css.dark}>
        <Sample more={LATER} />
      </div>
      <div class={css.dark}>
        <TimelineBones />
      </div>
    </Part>
  );
}
