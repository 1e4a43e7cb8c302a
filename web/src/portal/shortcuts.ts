/** The keys of a page with a list, besides those of its table. */

import { useEffect, useRef } from "preact/hooks";

/** By what the key is called in an event: what it does. */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** Whether what has the focus takes keys itself. */
function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest("input:not([type=checkbox]), select, textarea, dialog, [popover]") !== null;
}

/** Whether something is open over the page: keys are about that then. */
const isCovered = (): boolean => document.querySelector(":popover-open, dialog[open]") !== null;

function isMeant(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !isCovered() && !isTaken(event.target);
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
      const shortcut = latest.current[event.key];
      if (shortcut === undefined || !isMeant(event)) return;
      if (event.key !== "Escape") event.preventDefault();
      shortcut();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
