/** Times along the timeline. */

import { type TimeMode, ticksOf } from "../core/timeline-ticks.ts";
import { shareOf, type View } from "../core/timeline-view.ts";
import css from "./timeline.module.css";

/** A label and the air around it, in units. */
const LABEL = 76;

interface AxisProps {
  readonly view: View;
  readonly width: number;
  readonly unit: number;
  readonly mode: TimeMode;
  readonly startedAtUs: number;
}

export function Axis({ view, width, unit, mode, startedAtUs }: AxisProps) {
  const { ticks } = ticksOf(view, Math.max(2, Math.floor(width / (LABEL * unit))), mode, startedAtUs);
  return (
    <div class={`${css.axis} figures`} aria-hidden="true">
      {ticks.map(({ atUs, text }) => {
        const x = shareOf(view, atUs) * width;
        // Near an end a label would be cut: the first leans inwards, the last gives way.
        const half = text.length * 3.6 * unit;
        if (x > width - half) return <i key={atUs} class={css.tick} style={{ transform: `translateX(${x}px)` }} />;
        return (
          <i key={atUs} class={css.tick} style={{ transform: `translateX(${x}px)` }}>
            <span class={x < half ? css.first : ""}>{text}</span>
          </i>
        );
      })}
    </div>
  );
}
