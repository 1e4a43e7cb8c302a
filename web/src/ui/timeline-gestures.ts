/** Pointers on the timeline: a press seeks, a drag scrubs, Shift draws a range, two fingers zoom. */

import { useEffect, useRef, useState } from "preact/hooks";
import { clipped, type PlayRange } from "../core/range.ts";
import { type WheelIntent, wheelIntent } from "../core/timeline-input.ts";
import { panned, positionAt, shareOf, type View, zoomed } from "../core/timeline-view.ts";
import { useFrames, type ViewControl } from "./timeline-hooks.ts";

interface Pinch {
  readonly kind: "pinch";
  readonly view: View;
  readonly middle: number;
  readonly apart: number;
}

type Gesture =
  | { readonly kind: "none" }
  | { readonly kind: "seek"; readonly moved: boolean }
  | { readonly kind: "range"; readonly anchorUs: number }
  | Pinch;

interface Around {
  readonly control: ViewControl;
  readonly endUs: number;
  readonly positionUs: number;
  /** The moment that a press at a place means, where one is near. */
  readonly snap: (event: PointerEvent, positionUs: number) => number;
  readonly onSeek: (positionUs: number, settled: boolean) => void;
  readonly onRange: ((range: PlayRange | null) => void) | undefined;
}

export interface Gestures {
  /** Where the pointer is, as a share of the width; null while it is elsewhere. */
  readonly pointed: number | null;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: (event: PointerEvent) => void;
    readonly onPointerCancel: (event: PointerEvent) => void;
    readonly onPointerLeave: (event: PointerEvent) => void;
  };
}

/** Where a pointer is along an element, 0 at its left and 1 at its right, and beyond where it is beyond. */
export function shareIn(element: Element, clientX: number): number {
  const bounds = element.getBoundingClientRect();
  return bounds.width === 0 ? 0 : (clientX - bounds.left) / bounds.width;
}

/** A pointer that is a whole width past an end pulls by a width in this time. */
const PULL_MS = 150;

const limited = (share: number): number => Math.max(0, Math.min(1, share));

export function useGestures(around: Around): Gestures {
  const { control, endUs, onSeek, onRange } = around;
  const { view } = control;
  const [pointed, setPointed] = useState<number | null>(null);
  const [gesture, setGesture] = useState<Gesture>({ kind: "none" });
  const down = useRef(new Map<number, number>());
  const [beyond, setBeyond] = useState(0);

  const begin = (event: PointerEvent, share: number): Gesture => {
    const [one, other] = [...down.current.values()];
    if (one !== undefined && other !== undefined) {
      return { kind: "pinch", view, middle: (one + other) / 2, apart: Math.abs(one - other) };
    }
    const positionUs = positionAt(view, share);
    if (event.shiftKey && onRange !== undefined) return { kind: "range", anchorUs: positionUs };
    // A finger may be about to scroll the page: it seeks when it moves along the timeline, or is lifted.
    if (event.pointerType !== "touch") onSeek(around.snap(event, positionUs), false);
    return { kind: "seek", moved: false };
  };

  const pinch = ({ view: from, middle, apart }: Pinch): void => {
    const [one, other] = [...down.current.values()];
    if (one === undefined || other === undefined || apart === 0) return;
    const closer = zoomed(from, middle, apart / Math.max(0.02, Math.abs(one - other)), endUs);
    control.show(panned(closer, middle - (one + other) / 2, endUs), false);
  };

  // A drag past an end pulls what is seen along, the faster the farther.
  useFrames(beyond !== 0 && control.zoom !== null && gesture.kind === "seek", (_, elapsedMs) => {
    control.show(panned(control.target, (beyond * elapsedMs) / PULL_MS, endUs), false);
    onSeek(positionAt(control.target, beyond > 0 ? 1 : 0), false);
  });

  const move = (share: number): void => {
    setBeyond(share > 1 ? share - 1 : Math.min(0, share));
    if (gesture.kind === "seek") {
      onSeek(positionAt(view, share), false);
      if (!gesture.moved) setGesture({ kind: "seek", moved: true });
    } else if (gesture.kind === "range") {
      onRange?.(clipped({ fromUs: gesture.anchorUs, toUs: positionAt(view, share) }, endUs));
    } else if (gesture.kind === "pinch") pinch(gesture);
  };

  const end = (event: PointerEvent, done: boolean): void => {
    down.current.delete(event.pointerId);
    if (done && gesture.kind === "seek") {
      const positionUs = positionAt(view, shareIn(event.currentTarget as Element, event.clientX));
      onSeek(gesture.moved ? positionUs : around.snap(event, positionUs), true);
    }
    // The finger that is left of two seeks nowhere.
    if (down.current.size === 0) setGesture({ kind: "none" });
    setBeyond(0);
    if (event.pointerType === "touch") setPointed(null);
  };

  return {
    pointed,
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        const element = event.currentTarget as Element;
        element.setPointerCapture(event.pointerId);
        const share = shareIn(element, event.clientX);
        down.current.set(event.pointerId, share);
        setPointed(limited(share));
        setGesture(begin(event, share));
      },
      onPointerMove: (event) => {
        const share = shareIn(event.currentTarget as Element, event.clientX);
        if (down.current.has(event.pointerId)) down.current.set(event.pointerId, share);
        setPointed(limited(share));
        move(share);
      },
      onPointerUp: (event) => end(event, true),
      onPointerCancel: (event) => end(event, false),
      onPointerLeave: () => setPointed(null),
    },
  };
}

/** The wheel has come to rest when it has not turned for this long. */
const WHEEL_REST_MS = 140;

/** The wheel: seeks, zooms with Ctrl or a pinch, moves what is seen sideways. */
export function useWheel(
  box: { readonly current: HTMLElement | null },
  around: Omit<Around, "snap" | "onRange">,
): void {
  const { control, endUs, onSeek } = around;
  const resting = useRef<{ timer: ReturnType<typeof setTimeout>; atUs: number } | null>(null);

  const seekBy = (share: number): void => {
    const fromUs = resting.current?.atUs ?? around.positionUs;
    const step = share * (control.view.toUs - control.view.fromUs);
    const atUs = Math.max(0, Math.min(endUs, fromUs + step));
    clearTimeout(resting.current?.timer);
    const timer = setTimeout(() => {
      resting.current = null;
      onSeek(atUs, true);
    }, WHEEL_REST_MS);
    resting.current = { timer, atUs };
    onSeek(atUs, false);
  };

  const obey = (intent: WheelIntent, share: number): void => {
    if (intent.do === "seek") seekBy(intent.share);
    else if (intent.do === "pan") control.show(panned(control.view, intent.share, endUs), false);
    else control.show(zoomed(control.view, share, intent.factor, endUs), false);
  };

  const latest = useRef<(event: WheelEvent) => void>(() => undefined);
  latest.current = (event) => {
    event.preventDefault();
    const { deltaX, deltaY, deltaMode, ctrlKey: ctrl, shiftKey: shift } = event;
    const intent = wheelIntent({ deltaX, deltaY, deltaMode, ctrl, shift }, control.zoom !== null);
    obey(intent, limited(shareIn(box.current as HTMLElement, event.clientX)));
  };
  useEffect(() => {
    const element = box.current;
    const turned = (event: WheelEvent): void => latest.current(event);
    // Not through a property: the browser would not let a passive listener keep the page from scrolling.
    element?.addEventListener("wheel", turned, { passive: false });
    return () => {
      element?.removeEventListener("wheel", turned);
      clearTimeout(resting.current?.timer);
    };
  }, []);
}

/** Whether a position is in sight. */
export function isSeen(view: View, positionUs: number): boolean {
  const share = shareOf(view, positionUs);
  return share >= 0 && share <= 1;
}
