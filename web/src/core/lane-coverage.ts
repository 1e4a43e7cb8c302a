/** The lanes of what there is: the ground of what was recorded; gaps and blackouts on top of it, each with its reason. */

import type { Blackout } from "./blackouts.ts";
import type { Span } from "./coverage.ts";
import type { Block, Frame, Lane, Note, Shape } from "./lanes.ts";
import { reasonText } from "./reasons.ts";
import type { Gap } from "./recording-index.ts";
import { lengthText } from "./time.ts";
import { shareOf } from "./timeline-view.ts";

/** Anything missing is seen, however little it is of what is shown. */
const BLOCK_PX_MIN = 2;

interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Blocks for stretches in order; those too close to be told apart become one. */
export function blocksOf(
  stretches: readonly Stretch[],
  frame: Frame,
  look: Pick<Block, "tone" | "fill">,
  labelOf: (index: number) => string = () => "",
): Block[] {
  const { view, width } = frame;
  const blocks: Block[] = [];
  stretches.forEach((stretch, index) => {
    if (stretch.toUs < view.fromUs || stretch.fromUs > view.toUs) return;
    const left = Math.max(-BLOCK_PX_MIN, shareOf(view, stretch.fromUs) * width);
    const right = Math.max(left + BLOCK_PX_MIN, Math.min(width + BLOCK_PX_MIN, shareOf(view, stretch.toUs) * width));
    const last = blocks.at(-1);
    if (last !== undefined && left - last.right < 0.5) {
      blocks[blocks.length - 1] = { ...last, right: Math.max(last.right, right) };
    } else {
      const label = labelOf(index);
      blocks.push({ kind: "block", left, right, ...look, ...(label === "" ? {} : { label }) });
    }
  });
  return blocks;
}

/** What was recorded, as a quiet ground. */
export function groundLane(spans: readonly Span[]): Lane {
  return {
    id: "ground",
    stops: [],
    notes: () => [],
    plan: (frame): readonly Shape[] => blocksOf(spans, frame, { tone: "ground", fill: "solid" }),
  };
}

const lasting = (stretch: Stretch): string => lengthText((stretch.toUs - stretch.fromUs) / 1000);

function gapNote(gap: Gap): Note {
  return {
    words: `Nothing recorded: ${reasonText(gap.reason)}`,
    detail: `${lasting(gap)} missing`,
    tone: "warning",
    atUs: null,
    hides: true,
  };
}

function blackoutNote(blackout: Blackout): Note {
  return {
    words: blackout.reason === "" ? "Blackout" : `Blackout: ${blackout.reason}`,
    detail: [blackout.asked, blackout.open ? `for ${lasting(blackout)} so far` : `for ${lasting(blackout)}`]
      .filter((one) => one !== "")
      .join(", "),
    tone: "notice",
    atUs: null,
    hides: true,
  };
}

/** One that is narrower than the pointer's slack is still found. */
function covers(stretch: Stretch, positionUs: number, slackUs: number): boolean {
  const slack = stretch.toUs - stretch.fromUs < 2 * slackUs ? slackUs : 0;
  return positionUs >= stretch.fromUs - slack && positionUs < stretch.toUs + slack;
}

/** Where nothing is to be seen, and why. */
export function missingLane(gaps: readonly Gap[], blackouts: readonly Blackout[]): Lane {
  return {
    id: "missing",
    stops: [...gaps, ...blackouts].map((one) => one.fromUs).sort((one, other) => one - other),
    notes: (positionUs, slackUs) => [
      ...gaps.filter((gap) => covers(gap, positionUs, slackUs)).map(gapNote),
      ...blackouts.filter((one) => covers(one, positionUs, slackUs)).map(blackoutNote),
    ],
    plan: (frame): readonly Shape[] => [
      ...blocksOf(blackouts, frame, { tone: "blackout", fill: "solid" }, () => "Blackout"),
      ...blocksOf(gaps, frame, { tone: "missing", fill: "hatch" }),
    ],
  };
}

/** A list that is heard is no longer than this; the timeline shows the rest, and keys go from one to the next. */
export const TOLD_MAX = 100;

/** Gaps and blackouts in order, each as one sentence with its place, for those who cannot see them. */
export function missingWords(
  gaps: readonly Gap[],
  blackouts: readonly Blackout[],
  at: (positionUs: number) => string,
): readonly string[] {
  const said = (what: string, one: Stretch, why: string) => ({
    fromUs: one.fromUs,
    words: `${what} from ${at(one.fromUs)} to ${at(one.toUs)}${why === "" ? "" : `: ${why}`}`,
  });
  const all = [
    ...gaps.map((gap) => said("Nothing recorded", gap, reasonText(gap.reason))),
    ...blackouts.map((one) => said("Blackout", one, one.reason)),
  ].sort((one, other) => one.fromUs - other.fromUs);
  const told = all.slice(0, TOLD_MAX).map((one) => one.words);
  return all.length > TOLD_MAX ? [...told, `And ${all.length - TOLD_MAX} more`] : told;
}
