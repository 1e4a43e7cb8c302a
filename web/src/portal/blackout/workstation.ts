/** One workstation as it is now, kept current while it is of interest. */

import { useEffect, useState } from "preact/hooks";
import { readWorkstation, type WorkstationItem } from "../../core/library.ts";
import { isAbort } from "../../net/http.ts";
import { listWorkstations } from "../api.ts";
import { listen } from "../feed.ts";
import { isSignedOut, mustSignIn } from "../session.ts";

/** The workstation with this id, or null: unknown yet, or not to be seen. */
export function useWorkstation(id: string | null): WorkstationItem | null {
  const [item, setItem] = useState<WorkstationItem | null>(null);
  useEffect(() => {
    setItem(null);
    if (id === null) return;
    const stop = new AbortController();
    const load = async (): Promise<void> => {
      try {
        const items = await listWorkstations(stop.signal);
        setItem(items.find((one) => one.id === id) ?? null);
      } catch (error) {
        if (isAbort(error)) return;
        if (isSignedOut(error)) mustSignIn();
        // It is said beside what the page is about, and asked for again with the next change.
      }
    };
    const unlisten = listen({
      workstation: (value) => {
        const changed = readWorkstation(value, "workstation", performance.now());
        if (changed.id === id) setItem(changed);
      },
      resync: () => void load(),
    });
    void load();
    return () => {
      stop.abort();
      unlisten();
    };
  }, [id]);
  return item;
}
