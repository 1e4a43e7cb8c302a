/** The part that plays over and over: what is outside of it is dimmed, and both its ends can be moved. */

import { useState } from "preact/hooks";
import { clipped, type PlayRange, RANGE_US_MIN } from "../core/range.ts";
import { spokenPosition } from "../core/time.ts";
import { lengthOf, positionAt, shareOf, type View } from "../core/timeline-view.ts";
import { shareIn } from "./timeline-gestures.ts";
import css from "./timeline-range.module.css";

interface RangeProps {
  readonly range: PlayRange;
  readonly view: View;
  readonly endUs: number;
  readonly onRange: (range: PlayRange | null) => void;
}

type End = "fromUs" | "toUs";

const NAMES: Readonly<Record<End, string>> = { fromUs: "Beginning of the range", toUs: "End of the range" };

/** The range with one end elsewhere, not shorter than the shortest. */
function moved(range: PlayRange, end: End, positionUs: number, endUs: number): PlayRange {
  const next =
    end === "fromUs"
      ? { ...range, fromUs: Math.min(positionUs, range.toUs - RANGE_US_MIN) }
      : { ...range, toUs: Math.max(positionUs, range.fromUs + RANGE_US_MIN) };
  return clipped(next, endUs) ?? range;
}

function stepOf(event: KeyboardEvent, view: View): number | null {
  const step = Math.min(1_000_000, lengthOf(view) / 50) * (event.shiftKey ? 10 : 1);
  if (event.key === "ArrowLeft" || event.key === "ArrowDown") return -step;
  if (event.key === "ArrowRight" || event.key === "ArrowUp") return step;
  return null;
}

interface HandleProps extends RangeProps {
  readonly end: End;
}

function Handle({ range, view, endUs, onRange, end }: HandleProps) {
  const [held, setHeld] = useState(false);
  const share = shareOf(view, range[end]);
  if (share < 0 || share > 1) return null;
  const to = (event: PointerEvent): void => {
    const track = (event.currentTarget as Element).parentElement as Element;
    onRange(moved(range, end, positionAt(view, shareIn(track, event.clientX)), endUs));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = stepOf(event, view);
    if (step !== null) onRange(moved(range, end, range[end] + step, endUs));
    else if (event.key === "Escape" || event.key === "Delete") onRange(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class={`${css.handle} ${css[end]}`}
      style={{ left: `${share * 100}%` }}
      role="slider"
      tabIndex={0}
      aria-label={NAMES[end]}
      aria-valuemin={0}
      aria-valuemax={Math.round(endUs / 1_000_000)}
      aria-valuenow={Math.round(range[end] / 1_000_000)}
      aria-valuetext={spokenPosition(range[end])}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setHeld(true);
      }}
      onPointerMove={(event) => {
        if (held) to(event);
      }}
      onPointerUp={() => setHeld(false)}
      onPointerCancel={() => setHeld(false)}
    />
  );
}

export function Range(props: RangeProps) {
  const { range, view } = props;
  const limited = (positionUs: number): number => Math.max(0, Math.min(1, shareOf(view, positionUs))) * 100;
  const [from, to] = [limited(range.fromUs), limited(range.toUs)];
  return (
    <>
      <i class={css.outside} style={{ left: 0, width: `${from}%` }} />
      <i class={css.inside} style={{ left: `${from}%`, width: `${to - from}%` }} />
      <i class={css.outside} style={{ left: `${to}%`, right: 0 }} />
      <Handle {...props} end="fromUs" />
      <Handle {...props} end="toUs" />
    </>
  );
}
