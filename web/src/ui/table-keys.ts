/** The keyboard of a table: the arrows, J and K move, X selects, Shift makes it a range, Enter opens. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Line, scrollToRow } from "../core/rows.ts";
import type { Selection } from "../core/selection.ts";

/** Keys that move: by how many rows. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  j: 1,
  J: 1,
  ArrowUp: -1,
  k: -1,
  K: -1,
  PageDown: 10,
  PageUp: -10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** On the page itself these go on to scroll it. */
const SCROLLING: ReadonlySet<string> = new Set(["PageDown", "PageUp", "Home", "End", " "]);

interface Boxes {
  readonly root: RefObject<HTMLElement | null>;
  readonly body: RefObject<HTMLElement | null>;
}

interface Content {
  readonly keys: readonly string[];
  readonly lines: readonly Line<unknown>[];
  /** Where each line begins, in rem. */
  readonly tops: Float64Array;
  readonly selection: Selection | undefined;
  readonly onSelect: ((key: string, range: boolean) => void) | undefined;
  /** Whether the keys work wherever the focus is. */
  readonly everywhere: boolean;
  /** The row that somebody has come to otherwise than by keys; null where there is none. */
  readonly marked: string | null;
}

interface TableKeys {
  /** The row the keyboard is at, or -1. */
  readonly activeIndex: number;
  readonly setActive: (key: string) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

/** Whether a key belongs to what has the focus. */
function isTyped(event: KeyboardEvent): boolean {
  return (
    event.target instanceof Element &&
    event.target.closest("input:not([type=checkbox]), select, textarea, dialog, [popover]") !== null
  );
}

function isRow(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLElement && target.getAttribute("role") === "row";
}

/** Brings a line into sight, below what sticks at the top, and gives it the focus. */
function show({ root, body }: Boxes, tops: Float64Array, line: number, key: string): void {
  const box = body.current;
  if (box === null || line < 0) return;
  const remPx = box.offsetHeight / (tops.at(-1) ?? 1);
  const [top, bottom] = [tops[line] as number, tops[line + 1] as number];
  const heightPx = (bottom - top) * remPx;
  const topPx = box.getBoundingClientRect().top + top * remPx;
  const head = root.current?.firstElementChild?.getBoundingClientRect();
  // What floats at the bottom of the window is about as high as two rows.
  const seen = { topPx: Math.max(head?.bottom ?? 0, 0), bottomPx: window.innerHeight - 2 * heightPx };
  const byPx = scrollToRow({ topPx, heightPx }, seen);
  if (byPx !== null) window.scrollBy({ top: byPx, behavior: "instant" });
  box.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

export function useTableKeys(boxes: Boxes, content: Content): TableKeys {
  const { keys, lines, tops, selection, onSelect, marked } = content;
  const [active, setActive] = useState<string | null>(null);
  const moved = useRef(false);
  const reached = useRef<string | null>(null);
  const activeIndex = active === null ? -1 : keys.indexOf(active);

  const go = (step: number, range: boolean): void => {
    const from = activeIndex < 0 && step > 0 ? -1 : Math.max(activeIndex, 0);
    const to = keys[Math.max(0, Math.min(keys.length - 1, from + step))];
    if (to === undefined) return;
    if (range && selection !== undefined) {
      // The range begins at the row it is left from, also where that was not chosen yet.
      if (active !== null && !selection.keys.has(active)) onSelect?.(active, false);
      onSelect?.(to, true);
    }
    // At either end nothing moves, and nothing may be left to do for when the list changes.
    if (to === active) return;
    moved.current = true;
    setActive(to);
  };

  useLayoutEffect(() => {
    if (marked === null || marked === reached.current || !keys.includes(marked)) return;
    reached.current = marked;
    if (marked === active) return;
    moved.current = true;
    setActive(marked);
  }, [marked, keys]);

  useLayoutEffect(() => {
    if (!moved.current || active === null) return;
    moved.current = false;
    const line = lines.findIndex((one) => one.kind === "row" && one.index === activeIndex);
    show(boxes, tops, line, active);
  }, [active, lines]);

  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyped(event)) return;
    const step = STEPS[event.key];
    const selects = event.key.toLowerCase() === "x" || (event.key === " " && isRow(event.target));
    if (step !== undefined) go(step, event.shiftKey);
    else if (selects && active !== null) onSelect?.(active, event.shiftKey);
    else if (event.key === "Enter" && isRow(event.target)) {
      event.target.querySelector<HTMLElement>("[data-open]")?.click();
    } else return;
    event.preventDefault();
  };
  const latest = useRef(onKey);
  latest.current = onKey;
  useEffect(() => {
    if (!content.everywhere) return;
    const listen = (event: KeyboardEvent): void => {
      if (!SCROLLING.has(event.key)) latest.current(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [content.everywhere]);
  return { activeIndex, setActive, onKey };
}
