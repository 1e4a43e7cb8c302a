/** The timeline: where one is, what there is, and a way to anywhere by click, drag, wheel, fingers and keys. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { nextStop, notesAt, placeRows, type Row } from "../core/lanes.ts";
import type { PictureSource } from "../core/pictures.ts";
import type { PlayRange } from "../core/range.ts";
import { type TimelineCommand, timelineKey } from "../core/timeline-input.ts";
import type { TimeMode } from "../core/timeline-ticks.ts";
import { centred, lengthOf, panned, positionAt, shareOf, zoomed } from "../core/timeline-view.ts";
import { valueText, viewText } from "../core/timeline-words.ts";
import css from "./timeline.module.css";
import { Axis } from "./timeline-axis.tsx";
import { type Colours, coloursOf, drawRows, PALETTE } from "./timeline-canvas.ts";
import { Foot } from "./timeline-foot.tsx";
import { isSeen, useGestures, useWheel } from "./timeline-gestures.ts";
import { useGrowth, useSize, useSteps, useTheme, useView } from "./timeline-hooks.ts";
import { Range } from "./timeline-range.tsx";
import { RowHeads } from "./timeline-rows.tsx";
import { Tip } from "./timeline-tip.tsx";

export interface TimelineProps {
  readonly rows: readonly Row[];
  /** Changes whenever `rows` have to be drawn anew: what they show may grow in place. */
  readonly revision: number;
  readonly startedAtUs: number;
  readonly durationUs: number;
  readonly positionUs: number;
  readonly growing: boolean;
  /** Gaps and blackouts in words, in order, for those who cannot see them. */
  readonly missing: readonly string[];
  readonly mode: TimeMode;
  readonly onMode: (mode: TimeMode) => void;
  readonly range?: PlayRange | null;
  readonly onRange?: (range: PlayRange | null) => void;
  /** Small pictures for what is under the pointer; null where there are none. */
  readonly pictures: PictureSource | null;
  /** `settled` is false while a drag goes on. */
  readonly onSeek: (positionUs: number, settled: boolean) => void;
}

/** A pointer this close to a moment, in units, means it. */
const SLACK = 7;
/** What is said of a position holds this far around it. */
const HEARD_US = 250_000;

const AXIS_REM = 1.25;

export function Timeline(props: TimelineProps) {
  const { rows, revision, startedAtUs, growing, mode, range = null, pictures } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const probes = useRef<HTMLSpanElement>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const { width, unit, ratio } = useSize(box);
  const theme = useTheme();
  const endUs = useGrowth(props.durationUs, growing, width);
  // The end that is shown trails what is known by a moment, and at the live edge the playhead as well.
  const positionUs = Math.min(props.positionUs, endUs);
  const control = useView(endUs, growing, positionUs);
  const { view } = control;
  const shownUs = useSteps(positionUs, width === 0 ? Number.POSITIVE_INFINITY : lengthOf(view) / width);
  const placed = useMemo(() => placeRows(rows, folded), [rows, folded]);
  const lanesRem = placed.reduce((sum, row) => sum + row.height, 0);
  const usPerUnit = width === 0 ? 0 : (lengthOf(view) / width) * unit;
  const headX = Math.round(shareOf(view, shownUs) * width * ratio) / ratio;

  const colours = (): Colours | null => (probes.current === null ? null : coloursOf(probes.current));
  useLayoutEffect(() => {
    const palette = colours();
    if (canvas.current === null || palette === null) return;
    drawRows(canvas.current, {
      rows: placed,
      view,
      width,
      height: lanesRem * 16 * unit,
      unit,
      ratio,
      colours: palette,
      font: getComputedStyle(canvas.current).fontFamily,
      playedX: headX,
    });
  }, [placed, revision, view.fromUs, view.toUs, width, unit, ratio, headX, theme]);

  const snap = (event: PointerEvent, pressedUs: number): number => {
    const note = notesAt(rows, pressedUs, SLACK * usPerUnit).find((one) => one.atUs !== null);
    // Only beside the silhouette: on it, what is pressed is meant.
    const bounds = (event.currentTarget as Element).getBoundingClientRect();
    const rem = (event.clientY - bounds.top) / (16 * unit);
    const row = placed.find((one) => rem >= one.top && rem < one.top + one.height);
    return note?.atUs == null || row?.row.id === "activity" ? pressedUs : note.atUs;
  };
  const { pointed, handlers } = useGestures({
    control,
    endUs,
    positionUs,
    snap,
    onSeek: props.onSeek,
    onRange: props.onRange,
  });
  useWheel(box, { control, endUs, positionUs, onSeek: props.onSeek });

  const go = (wantedUs: number): void => {
    const targetUs = Math.max(0, Math.min(endUs, wantedUs));
    if (!isSeen(view, positionUs)) control.show(centred(view, targetUs, endUs), true);
    props.onSeek(targetUs, true);
  };
  const zoomBy = (factor: number): void => {
    // Of where it goes, or keys that come faster than it gets there would get lost.
    const share = isSeen(control.target, positionUs) ? shareOf(control.target, positionUs) : 0.5;
    control.show(zoomed(control.target, share, factor, endUs), true);
  };
  const obey = (command: TimelineCommand): void => {
    if (command.do === "to") go(command.positionUs);
    else if (command.do === "end") go(endUs);
    else if (command.do === "stop") go(nextStop(rows, positionUs, command.direction) ?? positionUs);
    else if (command.do === "zoom") zoomBy(command.factor);
    else if (command.do === "whole") control.reset();
    else control.show(panned(control.target, command.share, endUs), true);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key, shiftKey: shift, ctrlKey: ctrl, altKey: alt, metaKey: meta } = event;
    const command = timelineKey({ key, shift, ctrl, alt, meta }, view, control.zoom !== null, positionUs);
    // The end of what grows is the present, and how to go there is the page's to know.
    if (command === null || (command.do === "end" && growing)) return;
    obey(command);
    event.preventDefault();
    event.stopPropagation();
  };

  const pointedUs = pointed === null ? 0 : positionAt(view, pointed);
  const heard = notesAt(rows, positionUs, HEARD_US);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div class={css.timeline} role="group" aria-label="Timeline">
      <div ref={box} class={css.track} style={{ height: `${lanesRem + AXIS_REM}rem` }}>
        <div class={css.lanes} style={{ height: `${lanesRem}rem` }} aria-hidden="true">
          <canvas ref={canvas} class={css.canvas} />
        </div>
        <Axis view={view} width={width} unit={unit} mode={mode} startedAtUs={startedAtUs} />
        <div
          class={css.slider}
          role="slider"
          tabIndex={0}
          aria-label="Position in the recording"
          aria-valuemin={0}
          aria-valuemax={Math.round(props.durationUs / 1_000_000)}
          aria-valuenow={Math.round(props.positionUs / 1_000_000)}
          aria-valuetext={valueText({
            positionUs: props.positionUs,
            durationUs: props.durationUs,
            mode,
            startedAtUs,
            notes: heard,
          })}
          onKeyDown={onKeyDown}
          onDblClick={() => control.reset()}
          {...handlers}
        />
        {range !== null && props.onRange !== undefined && (
          <Range range={range} view={view} endUs={endUs} onRange={props.onRange} />
        )}
        <RowHeads rows={placed} folded={folded} onFold={setFolded} />
        {growing && isSeen(view, endUs) && <i class={css.growing} />}
        {pointed !== null && <i class={css.ghost} style={{ transform: `translateX(${pointed * width}px)` }} />}
        {isSeen(view, shownUs) && <i class={css.head} style={{ transform: `translateX(${headX}px)` }} />}
        {pointed !== null && (
          <Tip
            share={pointed}
            width={width}
            unit={unit}
            view={view}
            positionUs={pointedUs}
            startedAtUs={startedAtUs}
            mode={mode}
            notes={notesAt(rows, pointedUs, SLACK * usPerUnit)}
            pictures={pictures}
          />
        )}
      </div>
      <Foot
        rows={rows}
        revision={revision}
        endUs={endUs}
        positionUs={positionUs}
        startedAtUs={startedAtUs}
        control={control}
        colours={colours}
        theme={theme}
        mode={mode}
        onMode={props.onMode}
        onZoom={zoomBy}
      />
      {props.missing.length > 0 && (
        <ul class="spoken" aria-label="Gaps and blackouts">
          {props.missing.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      )}
      <p class="spoken" role="status">
        {control.wished === null ? "" : viewText(control.wished, endUs)}
      </p>
      <span ref={probes} hidden>
        {Object.entries(PALETTE).map(([tone, token]) => (
          <i key={tone} data-tone={tone} style={{ color: `var(--${token})` }} />
        ))}
      </span>
    </div>
  );
}

/** The place of a timeline that is not known yet: of the same height, so that nothing jumps. */
export function TimelineBones() {
  return (
    <div class={css.timeline} aria-hidden="true">
      <div class={`${css.track} ${css.bones}`} />
      <div class={css.bonesFoot} />
    </div>
  );
}
