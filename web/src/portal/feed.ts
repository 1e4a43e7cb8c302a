/** What changes on the server, as it changes, for all that listen on this page. */

import { Stream } from "./stream.ts";

export interface FeedListener {
  /** One changed item, as in the lists. */
  readonly recording?: (item: unknown) => void;
  readonly workstation?: (item: unknown) => void;
  /** Whether a workstation is covered now. */
  readonly coverage?: (item: unknown) => void;
  /** What is wrong with the server. */
  readonly health?: (item: unknown) => void;
  /** Something may have been missed: ask for everything again. */
  readonly resync: () => void;
}

/** The server's events, each with whom it is for. */
const EVENTS = {
  recordings: "recording",
  workstations: "workstation",
  coverage: "coverage",
  health: "health",
  resync: "resync",
} as const;

const listeners = new Set<FeedListener>();

function resync(): void {
  for (const listener of listeners) listener.resync();
}

const stream = new Stream("/api/events", Object.keys(EVENTS), {
  onOpen: (missed) => missed && resync(),
  onEvent: (name, data) => {
    let item: unknown;
    try {
      item = JSON.parse(data);
    } catch {
      // Half a message: what it said will be in the lists.
      resync();
      return;
    }
    for (const listener of listeners) listener[EVENTS[name as keyof typeof EVENTS]]?.(item);
  },
});

/** Whether the page hears of changes now. */
export const feedOpen = stream.connected;

/** Listens until the returned function is called. */
export function listen(listener: FeedListener): () => void {
  listeners.add(listener);
  if (listeners.size === 1) stream.start();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) stream.stop();
  };
}
