/** Server-sent events, over breaks; closed while nobody looks, because a browser has few connections to a server. */

import { type Signal, signal } from "@preact/signals";

/** A tab in the background keeps its connection for this long. */
const HIDDEN_MS = 30_000;
/** The browser tries again by itself; after a failure that it does not, we do. */
const AGAIN_MS = 4_000;

interface StreamListener {
  /** It is open; something may have been `missed` while it was not. */
  readonly onOpen: (missed: boolean) => void;
  readonly onEvent: (name: string, data: string) => void;
}

export class Stream {
  /** Whether events come now. True also before the first try, so that nothing is said of what only takes a moment. */
  readonly connected: Signal<boolean> = signal(true);
  private readonly address: string;
  private readonly names: readonly string[];
  private readonly listener: StreamListener;
  private source: EventSource | null = null;
  private again: ReturnType<typeof setTimeout> | undefined;
  private hidden: ReturnType<typeof setTimeout> | undefined;
  private missed = false;

  /** `names`: of the events that are listened to. */
  constructor(address: string, names: readonly string[], listener: StreamListener) {
    this.address = address;
    this.names = names;
    this.listener = listener;
  }

  start(): void {
    document.addEventListener("visibilitychange", this.onVisibility);
    this.open();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.onVisibility);
    clearTimeout(this.hidden);
    this.close();
    this.missed = false;
  }

  private open(): void {
    if (this.source !== null || document.visibilityState === "hidden") return;
    const source = new EventSource(this.address);
    this.source = source;
    source.addEventListener("open", () => {
      this.connected.value = true;
      this.listener.onOpen(this.missed);
      this.missed = false;
    });
    for (const name of this.names) {
      source.addEventListener(name, (event) => {
        if (typeof event.data === "string") this.listener.onEvent(name, event.data);
      });
    }
    source.addEventListener("error", () => {
      this.missed = true;
      this.connected.value = false;
      if (source.readyState !== EventSource.CLOSED) return;
      this.close();
      this.again = setTimeout(() => this.open(), AGAIN_MS);
    });
  }

  private close(): void {
    clearTimeout(this.again);
    this.source?.close();
    this.source = null;
  }

  private readonly onVisibility = (): void => {
    clearTimeout(this.hidden);
    if (document.visibilityState === "visible") {
      this.open();
      return;
    }
    this.hidden = setTimeout(() => {
      this.missed = this.source !== null || this.missed;
      this.close();
    }, HIDDEN_MS);
  };
}
