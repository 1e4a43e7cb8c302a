/** The whole recording in a strip, and which part of it the timeline shows. For pointers: keys have + − and Page. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type PlacedRow, placeRows, type Row } from "../core/lanes.ts";
import {
  between,
  centred,
  isWhole,
  lengthOf,
  positionAt,
  resized,
  shareOf,
  type View,
  wholeView,
} from "../core/timeline-view.ts";
import { type Colours, drawRows } from "./timeline-canvas.ts";
import { shareIn } from "./timeline-gestures.ts";
import { useSize, type ViewControl } from "./timeline-hooks.ts";
import css from "./timeline-overview.module.css";

/** A press this close to an end of the window, in units, takes that end. */
const GRIP = 8;

type Hold =
  | { readonly kind: "from" | "to" }
  | { readonly kind: "window"; readonly offsetUs: number }
  /** Draws a new window from here. */
  | { readonly kind: "new"; readonly anchorUs: number };

interface OverviewProps {
  readonly rows: readonly Row[];
  readonly revision: number;
  readonly endUs: number;
  readonly positionUs: number;
  readonly control: ViewControl;
  readonly colours: () => Colours | null;
  readonly theme: number;
}

/** What a press on the strip takes hold of. */
export function holdAt(view: View, endUs: number, share: number, grip: number): Hold {
  const whole = wholeView(endUs);
  const positionUs = positionAt(whole, share);
  const [from, to] = [shareOf(whole, view.fromUs), shareOf(whole, view.toUs)];
  if (Math.abs(share - to) <= grip && Math.abs(share - to) <= Math.abs(share - from)) return { kind: "to" };
  if (Math.abs(share - from) <= grip) return { kind: "from" };
  const isInside = share > from && share < to && !isWhole(view, endUs);
  return isInside ? { kind: "window", offsetUs: positionUs - view.fromUs } : { kind: "new", anchorUs: positionUs };
}

function moved(hold: Hold, view: View, positionUs: number, endUs: number): View {
  switch (hold.kind) {
    case "window":
      return centred(view, positionUs - hold.offsetUs + lengthOf(view) / 2, endUs);
    case "new":
      return between(hold.anchorUs, positionUs, endUs);
    default:
      return resized(view, hold.kind, positionUs, endUs);
  }
}

export function Overview({ rows, revision, endUs, positionUs, control, colours, theme }: OverviewProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, unit, ratio } = useSize(box);
  const [hold, setHold] = useState<Hold | null>(null);
  const whole = wholeView(endUs);
  const { view } = control;
  const activity: readonly PlacedRow[] = placeRows(
    rows.filter((row) => row.id === "activity").map((row) => ({ ...row, height: 1.25 })),
    new Set(),
  );
  const playedX = Math.round(shareOf(whole, positionUs) * width * ratio) / ratio;
  useLayoutEffect(() => {
    const palette = colours();
    if (canvas.current === null || palette === null) return;
    const height = 20 * unit;
    drawRows(canvas.current, {
      rows: activity,
      view: whole,
      width,
      height,
      unit,
      ratio,
      colours: palette,
      font: "",
      playedX,
    });
  }, [rows, revision, endUs, width, unit, ratio, playedX, theme]);

  const at = (event: PointerEvent): number => shareIn(event.currentTarget as Element, event.clientX);
  const press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const next = holdAt(view, endUs, at(event), (GRIP * unit) / Math.max(1, width));
    if (next.kind !== "new" || control.zoom === null) setHold(next);
    else {
      // Beside the window: it comes here, and can be dragged on.
      control.show(centred(view, next.anchorUs, endUs), true);
      setHold({ kind: "window", offsetUs: lengthOf(view) / 2 });
    }
  };
  const drag = (event: PointerEvent): void => {
    if (hold === null) return;
    const share = at(event);
    // A click is not a window.
    if (hold.kind === "new" && Math.abs(share - shareOf(whole, hold.anchorUs)) * width < GRIP * unit) return;
    control.show(moved(hold, view, positionAt(whole, share), endUs), false);
  };
  const [from, to] = [shareOf(whole, view.fromUs) * 100, shareOf(whole, view.toUs) * 100];
  return (
    <div
      ref={box}
      class={`${css.overview} ${control.zoom === null ? css.whole : ""}`}
      aria-hidden="true"
      title="Drag to look closer. Double-click for the whole."
      onPointerDown={press}
      onPointerMove={drag}
      onPointerUp={() => setHold(null)}
      onPointerCancel={() => setHold(null)}
      onDblClick={() => control.reset()}
    >
      <canvas ref={canvas} class={css.canvas} />
      <i class={css.outside} style={{ left: 0, width: `${from}%` }} />
      <i class={css.outside} style={{ left: `${to}%`, right: 0 }} />
      <i class={css.window} style={{ left: `${from}%`, width: `${to - from}%` }} />
    </div>
  );
}
