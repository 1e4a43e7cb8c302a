/** Under the timeline: the whole recording in a strip, closer and farther, and which time is told. */

import type { Row } from "../core/lanes.ts";
import { instantAt } from "../core/time.ts";
import { ZOOM_STEP } from "../core/timeline-input.ts";
import type { TimeMode } from "../core/timeline-ticks.ts";
import { lengthOf, VIEW_US_MIN } from "../core/timeline-view.ts";
import { zoneText } from "../core/timeline-words.ts";
import css from "./timeline.module.css";
import type { Colours } from "./timeline-canvas.ts";
import type { ViewControl } from "./timeline-hooks.ts";
import { Overview } from "./timeline-overview.tsx";

interface FootProps {
  readonly rows: readonly Row[];
  readonly revision: number;
  readonly endUs: number;
  readonly positionUs: number;
  readonly startedAtUs: number;
  readonly control: ViewControl;
  readonly colours: () => Colours | null;
  readonly theme: number;
  readonly mode: TimeMode;
  readonly onMode: (mode: TimeMode) => void;
  readonly onZoom: (factor: number) => void;
}

interface SmallButtonProps {
  readonly label: string;
  readonly title: string;
  readonly path: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

function SmallButton({ label, title, path, disabled, onClick }: SmallButtonProps) {
  return (
    <button type="button" class={css.small} aria-label={label} title={title} disabled={disabled} onClick={onClick}>
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={path} />
      </svg>
    </button>
  );
}

export function Foot(props: FootProps) {
  const { control, mode, onMode, onZoom, startedAtUs } = props;
  const isClock = mode === "clock";
  const zone = zoneText(instantAt(startedAtUs, props.positionUs));
  return (
    <div class={css.foot}>
      <Overview
        rows={props.rows}
        revision={props.revision}
        endUs={props.endUs}
        positionUs={props.positionUs}
        control={control}
        colours={props.colours}
        theme={props.theme}
      />
      <div class={css.buttons}>
        <SmallButton
          label="Show more of the timeline"
          title="Farther (− on the timeline, or Ctrl and wheel)"
          path="M3.5 8h9"
          disabled={control.zoom === null}
          onClick={() => onZoom(ZOOM_STEP)}
        />
        <SmallButton
          label="Look closer at the timeline"
          title="Closer (+ on the timeline, or Ctrl and wheel)"
          path="M3.5 8h9M8 3.5v9"
          disabled={lengthOf(control.view) <= VIEW_US_MIN}
          onClick={() => onZoom(1 / ZOOM_STEP)}
        />
        <SmallButton
          label="Show the whole timeline"
          title="The whole (double-click)"
          path="M2.5 4v8M13.5 4v8M5 8h6M6.5 6 4.5 8l2 2M9.5 6l2 2-2 2"
          disabled={control.zoom === null}
          onClick={() => control.reset()}
        />
        <button
          type="button"
          class={css.mode}
          aria-label={
            isClock ? `${zone}, time of day: show the time elapsed` : `Elapsed: show the time of day, ${zone}`
          }
          title={isClock ? "Show the time since the beginning" : "Show the time of day"}
          onClick={() => onMode(isClock ? "elapsed" : "clock")}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d="M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 5v3l2 1.5" />
          </svg>
          {isClock ? zone : "Elapsed"}
        </button>
      </div>
    </div>
  );
}
