/** How long to wait before trying again: short at first, never long, so that a restarted server is found soon. */

const DELAYS_MS = [250, 500, 1_000, 2_000, 4_000];

export class Backoff {
  private failures = 0;

  /** The delay after one more failure. */
  next(): number {
    const delay = DELAYS_MS[Math.min(this.failures, DELAYS_MS.length - 1)] as number;
    this.failures += 1;
    return delay;
  }

  /** Something worked: begin anew. */
  reset(): void {
    this.failures = 0;
  }
}

/** Waits, or rejects with the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
