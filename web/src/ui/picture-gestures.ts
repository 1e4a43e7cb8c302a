/** Hands on the picture: wheel and pinch look closer, dragging moves, a double click goes in and out again. */

import { useEffect, useRef } from "preact/hooks";
import type { Looking } from "./picture.tsx";

/** A click that may become a double click waits for so long: playing and pausing at once would leave a live view. */
const DOUBLE_MS = 230;
/** A press that moves less than this is a click. */
const CLICK_PX = 5;
/** The turn of a wheel that looks twice as close; trackpads send many small turns. */
const WHEEL_PX = 420;
/** Lines and pages of wheels that do not count in pixels (DOM `WheelEvent.deltaMode`). */
const LINE_PX = 24;
const PAGE_PX = 400;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Hands {
  readonly enabled: boolean;
  readonly looking: Looking;
  readonly onClick: () => void;
}

function turnOf(event: WheelEvent): number {
  const unit = event.deltaMode === 1 ? LINE_PX : event.deltaMode === 2 ? PAGE_PX : 1;
  // A pinch on a trackpad comes as a wheel with Ctrl, in much smaller steps.
  return event.deltaY * unit * (event.ctrlKey ? 4 : 1);
}

const between = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y);
const middle = (one: Point, other: Point): Point => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });

/** What the pointers that are down make of their moves. */
class Grip {
  private readonly points = new Map<number, Point>();
  private readonly box: HTMLElement;
  private readonly hands: () => Hands;
  private travelled = 0;
  private pinched = false;
  private click: ReturnType<typeof setTimeout> | undefined;

  constructor(box: HTMLElement, hands: () => Hands) {
    this.box = box;
    this.hands = hands;
  }

  close(): void {
    clearTimeout(this.click);
  }

  private fromMiddle(point: Point): Point {
    const bounds = this.box.getBoundingClientRect();
    return { x: point.x - bounds.left - bounds.width / 2, y: point.y - bounds.top - bounds.height / 2 };
  }

  down(event: PointerEvent): void {
    if (event.button !== 0 || !this.hands().enabled) return;
    if (this.points.size === 0) {
      this.travelled = 0;
      this.pinched = false;
    }
    this.points.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.hands().looking.view.scale > 1 || this.points.size > 1) this.box.setPointerCapture(event.pointerId);
  }

  move(event: PointerEvent): void {
    const before = this.points.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const { looking } = this.hands();
    const other = [...this.points].find(([id]) => id !== event.pointerId)?.[1];
    this.points.set(event.pointerId, now);
    this.travelled += between(before, now);
    if (other === undefined) {
      if (this.travelled > CLICK_PX) looking.onDrag(now.x - before.x, now.y - before.y);
      return;
    }
    this.pinched = true;
    const at = this.fromMiddle(middle(now, other));
    looking.onCloser(between(now, other) / Math.max(1, between(before, other)), at.x, at.y);
    const shift = middle(now, other);
    const was = middle(before, other);
    looking.onDrag(shift.x - was.x, shift.y - was.y);
  }

  up(event: PointerEvent): void {
    if (!this.points.delete(event.pointerId) || this.points.size > 0) return;
    if (event.type === "pointercancel" || this.pinched || this.travelled > CLICK_PX) return;
    if (this.click === undefined) {
      this.click = setTimeout(() => {
        this.click = undefined;
        this.hands().onClick();
      }, DOUBLE_MS);
      return;
    }
    clearTimeout(this.click);
    this.click = undefined;
    const at = this.fromMiddle({ x: event.clientX, y: event.clientY });
    this.hands().looking.onToggle(at.x, at.y);
  }

  wheel(event: WheelEvent): void {
    if (!this.hands().enabled) return;
    const { looking } = this.hands();
    // At the whole picture, turning away from it belongs to the page.
    if (looking.view.scale === 1 && event.deltaY > 0 && !event.ctrlKey) return;
    event.preventDefault();
    const at = this.fromMiddle({ x: event.clientX, y: event.clientY });
    looking.onCloser(2 ** (-turnOf(event) / WHEEL_PX), at.x, at.y);
  }
}

export function usePictureGestures(box: { readonly current: HTMLElement | null }, hands: Hands): void {
  const latest = useRef(hands);
  latest.current = hands;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const grip = new Grip(element, () => latest.current);
    const ended = new AbortController();
    const { signal } = ended;
    element.addEventListener("pointerdown", (event) => grip.down(event), { signal });
    element.addEventListener("pointermove", (event) => grip.move(event), { signal });
    element.addEventListener("pointerup", (event) => grip.up(event), { signal });
    element.addEventListener("pointercancel", (event) => grip.up(event), { signal });
    // Not through a property: the browser would not let a passive listener keep the page from scrolling.
    element.addEventListener("wheel", (event) => grip.wheel(event), { passive: false, signal });
    return () => {
      grip.close();
      ended.abort();
    };
  }, []);
}
