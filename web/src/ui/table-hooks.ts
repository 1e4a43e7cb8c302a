/** What a table has to know about the window: how wide it may be, and which of its rows are in sight. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { linesInSight, type RowSpan } from "../core/rows.ts";

function remPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** The width of an element in rem, as it changes: by the window, or by larger text. */
export function useRoom(element: RefObject<HTMLElement | null>): number {
  const [room, setRoom] = useState(() => document.documentElement.clientWidth / remPx());
  useLayoutEffect(() => {
    const box = element.current;
    if (box === null) return;
    const measure = (): void => setRoom(Math.floor(box.clientWidth / remPx()));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return room;
}

/** The lines in sight while the page scrolls; `tops` in rem. */
export function useSight(body: RefObject<HTMLElement | null>, tops: Float64Array): RowSpan {
  const [sight, setSight] = useState<RowSpan>({ first: 0, end: Math.min(tops.length - 1, 24) });
  useLayoutEffect(() => {
    const look = (): void => {
      const box = body.current;
      if (box === null) return;
      const rem = remPx();
      const fromPx = -box.getBoundingClientRect().top;
      const next = linesInSight(tops, fromPx / rem, (fromPx + window.innerHeight) / rem);
      setSight((last) => (last.first === next.first && last.end === next.end ? last : next));
    };
    look();
    window.addEventListener("scroll", look, { passive: true });
    window.addEventListener("resize", look);
    return () => {
      window.removeEventListener("scroll", look);
      window.removeEventListener("resize", look);
    };
  }, [tops]);
  return sight;
}

/** Runs when a value has rested for a while: for what a pointer or a keyboard does in passing. */
export function useRested(work: () => void, restMs: number, values: readonly unknown[]): void {
  useEffect(() => {
    const timer = setTimeout(work, restMs);
    return () => clearTimeout(timer);
  }, values);
}
