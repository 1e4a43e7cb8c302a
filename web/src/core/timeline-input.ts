/** What wheel and keys mean on the timeline. */

import { lengthOf, type View } from "./timeline-view.ts";

/** What a wheel event says. */
export interface WheelTurn {
  readonly deltaX: number;
  readonly deltaY: number;
  /** 0 pixels, 1 lines, 2 pages (UI Events, WheelEvent.deltaMode). */
  readonly deltaMode: number;
  /** Also set by browsers for a pinch on a touchpad. */
  readonly ctrl: boolean;
  readonly shift: boolean;
}

export type WheelIntent =
  | { readonly do: "zoom"; readonly factor: number }
  /** Moves what is seen by a share of it. */
  | { readonly do: "pan"; readonly share: number }
  /** Moves the playhead by a share of what is seen. */
  | { readonly do: "seek"; readonly share: number };

const LINE_PX = 33;
const PAGE_PX = 800;
/** One event zooms by no more than this many pixels mean, so that a wheel with notches is as tame as a touchpad. */
const ZOOM_PX_MAX = 30;
const ZOOM_PER_PX = 0.01;
/** A notch of 100 pixels moves by a hundredth of what is seen. */
const SEEK_PER_PX = 0.0001;
const PAN_PER_PX = 0.001;

const limited = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

/** What a turn of the wheel asks for. Sideways moves what is seen, where it is not all. */
export function wheelIntent(turn: WheelTurn, isZoomed: boolean): WheelIntent {
  const unit = turn.deltaMode === 1 ? LINE_PX : turn.deltaMode === 2 ? PAGE_PX : 1;
  const x = turn.deltaX * unit;
  const y = turn.deltaY * unit;
  if (turn.ctrl) return { do: "zoom", factor: Math.exp(limited(y, ZOOM_PX_MAX) * ZOOM_PER_PX) };
  const isSideways = Math.abs(x) > Math.abs(y);
  if (isZoomed && (turn.shift || isSideways)) return { do: "pan", share: (isSideways ? x : y) * PAN_PER_PX };
  return { do: "seek", share: (isSideways ? x : y) * SEEK_PER_PX };
}

export type TimelineCommand =
  | { readonly do: "to"; readonly positionUs: number }
  /** To the end; of what grows that is the present. */
  | { readonly do: "end" }
  /** To the next or previous moment. */
  | { readonly do: "stop"; readonly direction: 1 | -1 }
  | { readonly do: "zoom"; readonly factor: number }
  | { readonly do: "whole" }
  | { readonly do: "pan"; readonly share: number };

export const ZOOM_STEP = 1.6;
const STEP_US = 5_000_000;
const FINE_US = 1_000_000;
/** Close up, a step is this share of what is seen. */
const STEP_SHARE = 0.02;
const PAGE_SHARE = 0.1;
const PAN_SHARE = 0.5;

interface Pressed {
  readonly key: string;
  readonly shift: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly meta: boolean;
}

/**
 * What a key means while the timeline has the focus, or null: then it means what it means on the page.
 *
 * As for any slider (WAI-ARIA, slider pattern): arrows by a little, Page Up and Down by more, Home and End.
 */
export function timelineKey(press: Pressed, view: View, isZoomed: boolean, atUs: number): TimelineCommand | null {
  if (press.alt || press.meta) return null;
  if (press.ctrl) return stopKey(press.key);
  return moveKey(press, view, isZoomed, atUs) ?? viewKey(press, isZoomed);
}

function stopKey(key: string): TimelineCommand | null {
  if (key === "ArrowLeft") return { do: "stop", direction: -1 };
  return key === "ArrowRight" ? { do: "stop", direction: 1 } : null;
}

function moveKey({ key, shift }: Pressed, view: View, isZoomed: boolean, atUs: number): TimelineCommand | null {
  const little = shift ? FINE_US : STEP_US;
  const step = isZoomed ? Math.min(little, lengthOf(view) * STEP_SHARE) : little;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return { do: "to", positionUs: atUs - step };
    case "ArrowRight":
    case "ArrowUp":
      return { do: "to", positionUs: atUs + step };
    case "PageDown":
    case "PageUp": {
      const direction = key === "PageUp" ? 1 : -1;
      if (shift) return { do: "pan", share: direction * PAN_SHARE };
      return { do: "to", positionUs: atUs + direction * lengthOf(view) * PAGE_SHARE };
    }
    case "Home":
      return { do: "to", positionUs: 0 };
    case "End":
      return { do: "end" };
    default:
      return null;
  }
}

function viewKey({ key }: Pressed, isZoomed: boolean): TimelineCommand | null {
  if (key === "+") return { do: "zoom", factor: 1 / ZOOM_STEP };
  if (key === "-") return { do: "zoom", factor: ZOOM_STEP };
  return key === "0" && isZoomed ? { do: "whole" } : null;
}

/** The help: keys that mean this only while the timeline has the focus, and the wheel. */
export const TIMELINE_HELP = {
  title: "On the timeline, with the focus on it",
  rows: [
    [["+", "−"], "Closer or farther, down to a second; also Ctrl and wheel, or two fingers"],
    [["0"], "The whole again; also a double-click"],
    [["⇧ PgUp", "⇧ PgDn"], "Look at what comes after or before"],
    [["PgUp", "PgDn"], "On or back by a tenth of what is shown; also the wheel"],
    [["Ctrl →", "Ctrl ←"], "Next or previous event, gap or bookmark"],
  ],
} as const;
