/** The list as it was left: who comes back from a recording goes on where they were. */

import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { type Filter, filterQuery } from "../../core/filter.ts";
import type { RecordingItem } from "../../core/library.ts";
import { leftAtPx } from "../router.ts";
import { LibraryStore } from "./store.ts";

interface Kept {
  readonly query: string;
  readonly items: readonly RecordingItem[];
  readonly next: string | null;
}

/** Above this much of scrolling somebody reads further down. */
const TOP_PX = 120;

let kept: Kept | null = null;

const isAtTop = (): boolean => window.scrollY < TOP_PX;

function keep(store: LibraryStore): void {
  const items = store.items.value;
  kept = items === null ? null : { query: store.query, items, next: store.next.value };
}

/** The list of a filter: as it was left, or from the beginning. */
export function useLibrary(filter: Filter): LibraryStore {
  const query = filterQuery(filter);
  const store = useMemo(() => new LibraryStore(filter, isAtTop), [query]);
  const back = useMemo(() => (kept?.query === query ? kept : null), [store]);
  useLayoutEffect(() => {
    if (back === null) return;
    store.adopt(back.items, back.next);
    const timer = requestAnimationFrame(() => window.scrollTo({ top: leftAtPx(), behavior: "instant" }));
    return () => cancelAnimationFrame(timer);
  }, [store]);
  // With the page itself, not some time after it: who comes back at once finds the list, too.
  useLayoutEffect(() => () => keep(store), [store]);
  useEffect(() => {
    void (back === null ? store.load() : store.refresh());
    return () => store.close();
  }, [store]);
  return store;
}
