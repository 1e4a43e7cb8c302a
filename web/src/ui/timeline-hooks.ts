/** What the timeline knows of its surroundings: its size, the theme, time going on. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  chosen,
  followed,
  grownEnd,
  isStep,
  lengthOf,
  steppedPosition,
  underway,
  type View,
  viewOf,
  wholeView,
  type Zoom,
} from "../core/timeline-view.ts";

export interface Size {
  readonly width: number;
  /** A sixteenth of a rem. */
  readonly unit: number;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
}

type Box = { readonly current: HTMLElement | null };

function measured(element: HTMLElement): Size {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { width: element.clientWidth, unit: rem / 16, ratio: window.devicePixelRatio };
}

/** The size of an element, of text and of pixels, kept up to date. */
export function useSize(box: Box): Size {
  const [size, setSize] = useState<Size>({ width: 0, unit: 1, ratio: 1 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => setSize(measured(element));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    // Holds until the ratio is another: a window moved to another screen, or a page zoomed.
    const same = matchMedia(`(resolution: ${size.ratio}dppx)`);
    const changed = (): void => {
      if (box.current !== null) setSize(measured(box.current));
    };
    same.addEventListener("change", changed);
    return () => same.removeEventListener("change", changed);
  }, [size.ratio]);
  return size;
}

/** Counts up when colours change: the system's scheme, or the one chosen. */
export function useTheme(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const changed = (): void => setCount((now) => now + 1);
    const schemes = [matchMedia("(prefers-color-scheme: dark)"), matchMedia("(prefers-contrast: more)")];
    for (const scheme of schemes) scheme.addEventListener("change", changed);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      for (const scheme of schemes) scheme.removeEventListener("change", changed);
      observer.disconnect();
    };
  }, []);
  return count;
}

const isCalm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Calls back before every frame while `on`. */
export function useFrames(on: boolean, each: (nowMs: number, elapsedMs: number) => void): void {
  const latest = useRef(each);
  latest.current = each;
  useEffect(() => {
    if (!on) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function next(nowMs) {
      latest.current(nowMs, Math.max(0, nowMs - before));
      before = nowMs;
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [on]);
}

/** The end to show of a recording that grows: it glides where what is known comes in steps. */
export function useGrowth(knownUs: number, growing: boolean, width: number): number {
  const [shownUs, setShown] = useState(knownUs);
  const exact = useRef(knownUs);
  useFrames(growing, (_, elapsedMs) => {
    exact.current = isCalm() ? knownUs : grownEnd(exact.current, knownUs, elapsedMs);
    // Less than a quarter of a pixel is not seen.
    const grain = width > 0 ? knownUs / width / 4 : 0;
    if (Math.abs(exact.current - shownUs) > grain) setShown(exact.current);
  });
  return growing ? shownUs : knownUs;
}

/** Fewer pixels a report than this need no steps in between. */
const STEP_PX = 0.75;

/** The playhead to show: where it is seen to hop from report to report it goes in steps between them. */
export function useSteps(positionUs: number, usPerPx: number): number {
  const [shownUs, setShown] = useState(positionUs);
  const step = useRef({ fromUs: positionUs, toUs: positionUs, beganMs: 0 });
  if (step.current.toUs !== positionUs) {
    const hops = isStep(shownUs, positionUs) && positionUs - shownUs > STEP_PX * usPerPx && !isCalm();
    step.current = { fromUs: hops ? shownUs : positionUs, toUs: positionUs, beganMs: performance.now() };
  }
  const { fromUs, toUs, beganMs } = step.current;
  const isUnderway = fromUs !== toUs && shownUs !== toUs;
  useFrames(isUnderway, (nowMs) => setShown(steppedPosition(fromUs, toUs, nowMs - beganMs)));
  useEffect(() => {
    if (fromUs === toUs) setShown(toUs);
  }, [fromUs, toUs]);
  return fromUs === toUs ? toUs : shownUs;
}

/** How long the view takes to come to another. */
const FLIGHT_MS = 220;

export interface ViewControl {
  /** What is shown now, on its way to `target`. */
  readonly view: View;
  readonly target: View;
  readonly zoom: Zoom;
  /** What a person last asked to see, or null; turning a page while playing is not worth a word. */
  readonly wished: View | null;
  /** Shows another part; `flies` lets the eye follow. */
  readonly show: (view: View, flies: boolean) => void;
  readonly reset: () => void;
}

/** Which part is seen: chosen by a person, moved by the playhead and by what grows. */
export function useView(endUs: number, growing: boolean, positionUs: number): ViewControl {
  const [zoom, setZoom] = useState<Zoom>(null);
  const [flight, setFlight] = useState<{ readonly from: View; readonly beganMs: number } | null>(null);
  const [share, setShare] = useState(1);
  const [wished, setWished] = useState<View | null>(null);
  const target = viewOf(zoom, endUs);
  const view = flight === null ? target : underway(flight.from, target, share);
  useFrames(flight !== null, (nowMs) => {
    const now = flight === null ? 1 : (nowMs - flight.beganMs) / FLIGHT_MS;
    if (now >= 1) setFlight(null);
    else setShare(Math.max(0, now));
  });
  const move = (next: View, flies: boolean): void => {
    setZoom(chosen(next, endUs, growing));
    const isFar = lengthOf(next) !== lengthOf(target) || next.fromUs !== target.fromUs;
    if (!flies || isCalm() || !isFar) setFlight(null);
    else {
      setShare(0);
      setFlight({ from: view, beganMs: performance.now() });
    }
  };
  const show = (next: View, flies: boolean): void => {
    setWished(chosen(next, endUs, growing));
    move(next, flies);
  };
  const before = useRef(positionUs);
  useEffect(() => {
    if (zoom !== null) {
      const next = followed(target, before.current, positionUs, endUs);
      if (next !== target) move(next, true);
    }
    before.current = positionUs;
  }, [positionUs]);
  return { view, target, zoom, wished, show, reset: () => show(wholeView(endUs), true) };
}
