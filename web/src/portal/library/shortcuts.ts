/** The keys of the library besides those of its table. */

import { useEffect, useRef } from "preact/hooks";

export interface Shortcuts {
  readonly search: () => void;
  readonly filter: () => void;
  readonly news: () => void;
  readonly help: () => void;
  readonly escape: () => void;
}

const KEYS: Readonly<Record<string, keyof Shortcuts>> = {
  "/": "search",
  f: "filter",
  n: "news",
  "?": "help",
  Escape: "escape",
};

/** Whether what has the focus takes keys itself. */
function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest("input:not([type=checkbox]), select, textarea, dialog, [popover]") !== null;
}

/** Whether something is open over the page: keys are about that then. */
const isCovered = (): boolean => document.querySelector(":popover-open, dialog[open]") !== null;

function command(event: KeyboardEvent): keyof Shortcuts | null {
  if (isCovered()) return null;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  return isTaken(event.target) ? null : (KEYS[event.key] ?? null);
}

export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // Out of the search box, to the list.
      if (event.key === "Escape" && event.target instanceof HTMLInputElement && event.target.type === "search") {
        event.target.blur();
      }
      const name = command(event);
      if (name === null) return;
      if (name !== "escape") event.preventDefault();
      latest.current[name]();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
