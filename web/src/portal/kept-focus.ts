/** Where the focus goes when what had it is gone: to the list it was in, not to the beginning of the page. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Goes onto the list, with `tabIndex={-1}`. */
export function useKeptFocus<E extends HTMLElement>(): RefObject<E | null> {
  const list = useRef<E>(null);
  const inside = useRef(false);
  useLayoutEffect(() => {
    const note = (event: FocusEvent): void => {
      const element = list.current;
      const target = event.target instanceof Node ? event.target : null;
      // What is taken out of the document loses the focus to nothing; that is not leaving.
      if (event.type === "focusin") inside.current = element?.contains(target) ?? false;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, []);
  useLayoutEffect(() => {
    if (inside.current && document.activeElement === document.body) list.current?.focus({ preventScroll: true });
  });
  return list;
}
