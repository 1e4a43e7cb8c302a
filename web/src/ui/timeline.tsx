/** The timeline: where one is, what there is, and a way to anywhere by click, drag, wheel and keys. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Moment } from "../core/recording.ts";
import type { Gap } from "../core/recording-index.ts";
import { clockText, instantAt, positionText, spokenPosition } from "../core/time.ts";
import { panned, positionAt, shareOf, tickMarks, type View, wholeView, zoomed } from "../core/timeline-view.ts";
import { momentWords, reasonText } from "../core/words.ts";
import css from "./timeline.module.css";
import { drawTimeline, type TimelineContent } from "./timeline-canvas.ts";

interface TimelineProps {
  readonly content: TimelineContent;
  /** Changes whenever `content` has to be drawn anew: its parts grow in place. */
  readonly revision: number;
  readonly moments: readonly Moment[];
  readonly startedAtUs: number;
  readonly durationUs: number;
  readonly positionUs: number;
  readonly growing: boolean;
  /** The address of a thumbnail for a position, or null; called while the pointer moves. */
  readonly thumbnail: (positionUs: number) => Promise<string | null>;
  /** `settled` is false while a drag goes on. */
  readonly onSeek: (positionUs: number, settled: boolean) => void;
}

/** One turn of a wheel moves by this share of what is seen. */
const WHEEL_SHARE = 0.01;
const ZOOM_STEP = 1.25;

function gapAt(gaps: readonly Gap[], positionUs: number): Gap | undefined {
  return gaps.find((gap) => positionUs >= gap.fromUs && positionUs < gap.toUs);
}

export function Timeline(props: TimelineProps) {
  const { content, durationUs, positionUs, startedAtUs, growing } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [zoom, setZoom] = useState<View | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const [dragging, setDragging] = useState(false);
  const [width, setWidth] = useState(0);
  const view = zoom ?? wholeView(durationUs);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // A second at most passes unseen: while it grows, the whole is drawn again when its length changes by a pixel.
  const grain = width === 0 ? 1 : (view.toUs - view.fromUs) / width;
  const drawn = Math.round(view.toUs / grain);
  useEffect(() => {
    if (canvas.current !== null) drawTimeline(canvas.current, content, view);
  }, [content, props.revision, width, drawn, view.fromUs]);

  const shareAt = (event: MouseEvent): number => {
    const bounds = (box.current as HTMLDivElement).getBoundingClientRect();
    return (event.clientX - bounds.left) / bounds.width;
  };
  const seekTo = (event: MouseEvent, settled: boolean): void => props.onSeek(positionAt(view, shareAt(event)), settled);

  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const turn = Math.sign(event.deltaY);
    if (event.ctrlKey) {
      const next = zoomed(view, shareAt(event), turn > 0 ? ZOOM_STEP : 1 / ZOOM_STEP, durationUs);
      setZoom(next.toUs - next.fromUs >= wholeView(durationUs).toUs ? null : next);
    } else if (zoom !== null && (event.shiftKey || event.deltaX !== 0)) {
      setZoom(panned(zoom, Math.sign(event.deltaX || event.deltaY) * 0.1, durationUs));
    } else {
      props.onSeek(positionUs + turn * WHEEL_SHARE * (view.toUs - view.fromUs), true);
    }
  };
  useEffect(() => {
    const element = box.current;
    // Not through the property: the browser would not let a passive listener keep the page from scrolling.
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  });

  const share = Math.max(0, Math.min(1, shareOf(view, positionUs)));
  const outside = shareOf(view, positionUs) < 0 || shareOf(view, positionUs) > 1;
  return (
    <div
      ref={box}
      class={css.timeline}
      role="slider"
      tabIndex={0}
      aria-label="Position in the recording"
      aria-valuemin={0}
      aria-valuemax={Math.round(durationUs / 1_000_000)}
      aria-valuenow={Math.round(positionUs / 1_000_000)}
      aria-valuetext={`${spokenPosition(positionUs)} of ${spokenPosition(durationUs)}`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragging(true);
        seekTo(event, false);
      }}
      onPointerMove={(event) => {
        setPointed(Math.max(0, Math.min(1, shareAt(event))));
        if (dragging) seekTo(event, false);
      }}
      onPointerUp={(event) => {
        if (dragging) seekTo(event, true);
        setDragging(false);
      }}
      onPointerCancel={() => setDragging(false)}
      onPointerLeave={() => setPointed(null)}
      onDblClick={() => setZoom(null)}
    >
      <div class={css.lanes}>
        <canvas ref={canvas} class={`${css.canvas} ${css.palette}`} />
        <div class={css.played} style={{ transform: `scaleX(${share})` }} />
        {growing && zoom === null && <div class={css.growing} />}
      </div>
      {props.moments.map((moment) => {
        const at = shareOf(view, moment.positionUs);
        if (at < 0 || at > 1) return null;
        const { tone } = momentWords(moment.code, moment.details);
        return (
          <i
            key={`${moment.positionUs} ${moment.code}`}
            class={`${css.moment} ${css[tone]}`}
            style={{ left: `${at * 100}%` }}
          />
        );
      })}
      <Marks view={view} width={width} />
      {pointed !== null && <i class={css.ghost} style={{ left: `${pointed * 100}%` }} />}
      {!outside && <div class={css.head} style={{ left: `${share * 100}%` }} />}
      {pointed !== null && (
        <Tip
          share={pointed}
          width={width}
          positionUs={positionAt(view, pointed)}
          startedAtUs={startedAtUs}
          gap={gapAt(content.gaps, positionAt(view, pointed))}
          thumbnail={props.thumbnail}
        />
      )}
    </div>
  );
}

function Marks({ view, width }: { readonly view: View; readonly width: number }) {
  const { stepUs, marks } = tickMarks(view, Math.max(2, Math.floor(width / 110)));
  return (
    <div class={`${css.marks} figures`} aria-hidden="true">
      {marks.map((at) => {
        const share = shareOf(view, at);
        if (share > 0.985) return null;
        const place = share < 0.015 ? css.first : "";
        return (
          <span key={at} class={`${css.mark} ${place}`} style={{ left: `${share * 100}%` }}>
            {positionText(at, stepUs < 1_000_000)}
          </span>
        );
      })}
    </div>
  );
}

interface TipProps {
  readonly share: number;
  readonly width: number;
  readonly positionUs: number;
  readonly startedAtUs: number;
  readonly gap: Gap | undefined;
  readonly thumbnail: (positionUs: number) => Promise<string | null>;
}

/** What is under the pointer: a small picture, the time in the recording and by the clock. */
function Tip({ share, width, positionUs, startedAtUs, gap, thumbnail }: TipProps) {
  const [address, setAddress] = useState<string | null>(null);
  const [here, setHere] = useState(false);
  useEffect(() => {
    let current = true;
    void thumbnail(positionUs).then((found) => {
      if (!current) return;
      setAddress(found);
      setHere(true);
    });
    return () => {
      current = false;
    };
  }, [positionUs]);
  // Half a tip's width from either end it stops following the pointer, so that it is never cut off.
  const half = 110;
  const left = width < 2 * half ? width / 2 : Math.max(half, Math.min(width - half, share * width));
  return (
    <div class={css.tip} style={{ left: `${left}px` }} aria-hidden="true">
      {address !== null ? <img src={address} alt="" /> : here ? null : <span class={css.blank} />}
      <p class="figures">
        {positionText(positionUs)} <span class={css.wall}>{clockText(instantAt(startedAtUs, positionUs), true)}</span>
      </p>
      {gap !== undefined && <p class={css.why}>Nothing recorded: {reasonText(gap.reason)}</p>}
    </div>
  );
}
