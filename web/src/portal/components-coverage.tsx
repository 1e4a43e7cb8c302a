/** The gallery's strips and figures: what became of each second of a day. */

import { sharesOf } from "../core/coverage-words.ts";
import { KINDS } from "../core/reasons.ts";
import type { DayCoverage, StripSpan } from "../core/site-coverage.ts";
import { hourMarks } from "../core/strip.ts";
import { Figure, Figures } from "../ui/figures.tsx";
import { Strip, StripAxis, StripLegend } from "../ui/strip.tsx";
import css from "./components.module.css";
import { Part } from "./components-part.tsx";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Every kind once, an hour and a half of each. */
const SPANS: readonly StripSpan[] = KINDS.map((kind, at) => ({
  fromMs: at * 1.5 * HOUR_MS,
  toMs: (at + 1) * 1.5 * HOUR_MS,
  kind,
}));

const DAY: DayCoverage = {
  dueMs: SPANS.length * 1.5 * HOUR_MS,
  keptMs: 1.5 * HOUR_MS,
  missing: KINDS.flatMap((kind) => (kind === "kept" ? [] : [{ code: kind, ms: 1.5 * HOUR_MS }])),
  strip: SPANS,
};

const FROM = new Date("2026-11-23T00:00:00Z");
const DAY_WINDOW = { fromMs: 0, toMs: DAY_MS };
const MARKS = hourMarks(FROM, new Date(FROM.getTime() + DAY_MS), "UTC", 3);

const moment = (atMs: number): string => `${Math.floor(atMs / HOUR_MS)} h`;

export function CoverageParts() {
  return (
    <Part title="Coverage">
      <Figures>
        <Figure value="2" label="need a look" tone="alarm" hint="Should be recorded, and are not." />
        <Figure value="118" label="recorded now" tone="good" />
        <Figure value="31" label="not recorded, for a reason" />
        <Figure value="3" label="not recorded" tone="warn" />
      </Figures>
      <div class={css.stack}>
        <StripAxis marks={MARKS} window={DAY_WINDOW} />
        <Strip
          spans={SPANS}
          window={DAY_WINDOW}
          marks={MARKS}
          nowMs={23 * HOUR_MS}
          label="Every kind of stretch, one after the other"
          momentText={moment}
        />
        <Strip
          spans={[
            { fromMs: 8 * HOUR_MS, toMs: 17 * HOUR_MS, kind: "kept" },
            { fromMs: 11 * HOUR_MS, toMs: 11 * HOUR_MS + 4_000, kind: "killed" },
          ]}
          window={DAY_WINDOW}
          marks={MARKS}
          label="Four seconds are missing, and are seen"
          momentText={moment}
        />
        <StripLegend label="What became of the time that was due" shares={sharesOf([DAY])} />
      </div>
    </Part>
  );
}
