/** A box at a button: filters, choices. The browser's own popover, so Escape and a click elsewhere close it. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import css from "./popover.module.css";

/** Goes onto the button that opens a popover or a menu. */
export interface Opens {
  readonly target: string;
  readonly open: boolean;
  readonly what: "menu" | "dialog";
}

/** The attributes of a button that opens something. */
export function opensAttributes(opens: Opens | undefined): Record<string, string | boolean> {
  if (opens === undefined) return {};
  return { popovertarget: opens.target, "aria-haspopup": opens.what, "aria-expanded": opens.open };
}

/** Room left at the window's edges, and between the button and what it opens. */
const EDGE_PX = 8;
const GAP_PX = 4;
/** Less room than this below the button, and more above: then it opens upwards. */
const ROOM_PX_MIN = 220;

function place(box: HTMLElement, button: Element, align: "start" | "end"): void {
  const at = button.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const below = clientHeight - at.bottom - GAP_PX - EDGE_PX;
  const above = at.top - GAP_PX - EDGE_PX;
  const up = below < Math.min(ROOM_PX_MIN, box.scrollHeight) && above > below;
  box.style.maxHeight = `${Math.max(120, up ? above : below)}px`;
  const width = box.offsetWidth;
  const wanted = align === "start" ? at.left : at.right - width;
  box.style.left = `${Math.max(EDGE_PX, Math.min(wanted, clientWidth - width - EDGE_PX))}px`;
  box.style.top = up ? "auto" : `${at.bottom + GAP_PX}px`;
  box.style.bottom = up ? `${clientHeight - at.top + GAP_PX}px` : "auto";
}

interface PopoverProps {
  /** Its name, for screen readers. */
  readonly label: string;
  /** The button that opens it; `opens` goes onto it. */
  readonly trigger: (opens: Opens) => ComponentChildren;
  readonly align?: "start" | "end";
  readonly what?: "menu" | "dialog";
  /** Without a margin inside: for lists that reach from side to side. */
  readonly bare?: boolean;
  readonly onOpen?: (box: HTMLElement) => void;
  readonly children: (close: () => void) => ComponentChildren;
}

export function Popover({
  label,
  trigger,
  align = "start",
  what = "dialog",
  bare = false,
  onOpen,
  children,
}: PopoverProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!open || element === null) return;
    const button = document.querySelector(`[popovertarget="${id}"]`);
    if (button === null) return;
    const again = (): void => place(element, button, align);
    again();
    onOpen?.(element);
    // What is inside may grow while it is open.
    const sizes = new ResizeObserver(again);
    sizes.observe(element);
    window.addEventListener("scroll", again, { passive: true, capture: true });
    window.addEventListener("resize", again);
    return () => {
      sizes.disconnect();
      window.removeEventListener("scroll", again, { capture: true });
      window.removeEventListener("resize", again);
    };
  }, [open, align]);
  return (
    <>
      {trigger({ target: id, open, what })}
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: its role is one of two that have names */}
      <div
        ref={box}
        id={id}
        popover="auto"
        role={what}
        aria-label={label}
        class={`${css.popover} ${bare ? css.bare : ""}`}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {open && children(() => box.current?.hidePopover())}
      </div>
    </>
  );
}
