/** What changes on the server, as it changes. Closed while nobody looks: a browser has few connections to a server. */

import { signal } from "@preact/signals";

/** A tab in the background keeps its connection for this long. */
const HIDDEN_MS = 30_000;
/** The browser tries again by itself; after a failure that it does not, we do. */
const AGAIN_MS = 4_000;

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

/** Whether the page hears of changes now. */
export const feedOpen = signal(true);

const listeners = new Set<FeedListener>();
let source: EventSource | null = null;
let again: ReturnType<typeof setTimeout> | undefined;
let hidden: ReturnType<typeof setTimeout> | undefined;
let missed = false;

function tell(event: Event, to: (listener: FeedListener, item: unknown) => void): void {
  if (!(event instanceof MessageEvent) || typeof event.data !== "string") return;
  let item: unknown;
  try {
    item = JSON.parse(event.data);
  } catch {
    // Half a message: what it said will be in the lists.
    for (const listener of listeners) listener.resync();
    return;
  }
  for (const listener of listeners) to(listener, item);
}

function open(): void {
  if (source !== null || listeners.size === 0 || document.visibilityState === "hidden") return;
  source = new EventSource("/api/events");
  source.addEventListener("open", () => {
    feedOpen.value = true;
    if (missed) for (const listener of listeners) listener.resync();
    missed = false;
  });
  source.addEventListener("recordings", (event) => tell(event, (listener, item) => listener.recording?.(item)));
  source.addEventListener("workstations", (event) => tell(event, (listener, item) => listener.workstation?.(item)));
  source.addEventListener("coverage", (event) => tell(event, (listener, item) => listener.coverage?.(item)));
  source.addEventListener("health", (event) => tell(event, (listener, item) => listener.health?.(item)));
  source.addEventListener("resync", (event) => tell(event, (listener) => listener.resync()));
  source.addEventListener("error", () => {
    missed = true;
    feedOpen.value = false;
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    again = setTimeout(open, AGAIN_MS);
  });
}

function close(): void {
  clearTimeout(again);
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(hidden);
  if (document.visibilityState === "visible") {
    open();
    return;
  }
  hidden = setTimeout(() => {
    missed = source !== null || missed;
    close();
  }, HIDDEN_MS);
});

/** Listens until the returned function is called. */
export function listen(listener: FeedListener): () => void {
  listeners.add(listener);
  open();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) close();
  };
}
