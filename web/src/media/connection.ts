/** Work that must go on whatever the network does: tried again by itself, and honest about it. */

import { type Failure, toFailure } from "../core/failure.ts";
import { Backoff, pause } from "../net/backoff.ts";
import { isAbort, isTransient } from "../net/http.ts";

/** How the connection is, for the page: fine, being tried again, or given up with a reason. */
export type Connection =
  | { readonly status: "ok" }
  | { readonly status: "retrying"; readonly failure: Failure }
  | { readonly status: "failed"; readonly failure: Failure };

export const CONNECTED: Connection = { status: "ok" };

/** An answer that ended before it was complete. */
export const CUT_SHORT: Failure = {
  code: "net.cut_short",
  message: "The server's answer ended too early.",
  hint: "It may be restarting.",
  remedy: "retry",
};

/** Keeps several lines of work going and tells their common state: the worst of them. */
export class Persistence {
  private readonly signal: AbortSignal;
  private readonly changed: (connection: Connection) => void;
  private readonly troubles = new Map<string, Connection>();
  private hurry = new AbortController();

  constructor(signal: AbortSignal, changed: (connection: Connection) => void) {
    this.signal = signal;
    this.changed = changed;
  }

  /** Tries again at once what is waiting; for a person who asks, or a network that came back. */
  now(): void {
    const before = this.hurry;
    this.hurry = new AbortController();
    before.abort();
  }

  /**
   * Does a piece of work until it is done.
   *
   * @param name one line of work; its trouble is over when it succeeds or is given up.
   * @param progressed is handed to the work: call it when something arrived, so that later waits are short again.
   * @throws AbortError when stopped. Failures that waiting cannot mend are reported and thrown.
   */
  async until<T>(name: string, stop: AbortSignal, work: (progressed: () => void) => Promise<T>): Promise<T> {
    const backoff = new Backoff();
    const progressed = (): void => {
      backoff.reset();
      this.report(name, null);
    };
    try {
      for (;;) {
        try {
          const result = await work(progressed);
          progressed();
          return result;
        } catch (error) {
          await this.recover(name, error, backoff, stop);
        }
      }
    } finally {
      if (this.troubles.get(name)?.status === "retrying") this.report(name, null);
    }
  }

  private async recover(name: string, error: unknown, backoff: Backoff, stop: AbortSignal): Promise<void> {
    if (isAbort(error) || stop.aborted || this.signal.aborted) throw error;
    const failure = toFailure(error);
    if (!isTransient(error)) {
      this.report(name, { status: "failed", failure });
      throw error;
    }
    this.report(name, { status: "retrying", failure });
    const hurry = this.hurry.signal;
    try {
      await pause(backoff.next(), AbortSignal.any([stop, this.signal, hurry]));
    } catch (reason) {
      if (!hurry.aborted || stop.aborted || this.signal.aborted) throw reason;
    }
  }

  /** Sets or ends the trouble of one line of work. */
  report(name: string, trouble: Connection | null): void {
    if (trouble === null) {
      if (!this.troubles.delete(name)) return;
    } else {
      this.troubles.set(name, trouble);
    }
    const all = [...this.troubles.values()];
    this.changed(all.find((one) => one.status === "failed") ?? all[0] ?? CONNECTED);
  }
}
