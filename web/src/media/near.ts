/** Media straight from a recording's site, for a browser on its network. Nobody waits to find out whether it is. */

import { request } from "../net/http.ts";

/** An address on one's own network answers at once; one that does not is none. */
const PROBE_MS = 2_000;
/** What could not be reached is tried again after so long: somebody may have come to the office. */
const AGAIN_MS = 300_000;
/** What was reached and stops answering is given up after so long: less than what is buffered ahead. */
export const NEAR_MS = 2_000;
/** What a browser asks its user before a page of the internet may reach a local network (WICG Local Network Access). */
const PERMISSION = "local-network-access";

/** Where a recording's site may be reached, and leave to play there. */
export interface Near {
  readonly origins: readonly string[];
  readonly token: string;
}

interface Known {
  readonly reached: boolean;
  readonly untilMs: number;
}

/** Which origins this browser reaches: tried beside what goes on, and used once one has answered. */
export class Reach {
  private readonly known = new Map<string, Known>();
  private readonly asking = new Set<string>();
  private watching: Promise<PermissionStatus | null> | null = null;

  /** One that has answered, if any; the others are tried meanwhile. */
  find(origins: readonly string[]): string | null {
    for (const origin of origins) {
      const known = this.known.get(origin);
      if (known === undefined || performance.now() > known.untilMs) void this.probe(origin);
    }
    return origins.find((origin) => this.known.get(origin)?.reached === true) ?? null;
  }

  /** It did not answer after all. */
  failed(origin: string): void {
    this.known.set(origin, { reached: false, untilMs: performance.now() + AGAIN_MS });
  }

  private async probe(origin: string): Promise<void> {
    if (this.asking.has(origin)) return;
    this.asking.add(origin);
    try {
      // Where the user has said no, asking would only fill the console.
      if ((await this.permission())?.state === "denied") return this.failed(origin);
      await request(`${origin}/media/near`, { credentials: "omit", cache: "no-store" }, PROBE_MS);
      this.known.set(origin, { reached: true, untilMs: Number.POSITIVE_INFINITY });
    } catch {
      this.failed(origin);
    } finally {
      this.asking.delete(origin);
    }
  }

  /** How the browser's permission stands; null where it has none. Once it changes, everything is tried again. */
  private permission(): Promise<PermissionStatus | null> {
    this.watching ??= watched(() => this.known.clear());
    return this.watching;
  }
}

async function watched(changed: () => void): Promise<PermissionStatus | null> {
  try {
    const status = await navigator.permissions.query({ name: PERMISSION as PermissionName });
    status.addEventListener("change", changed);
    return status;
  } catch {
    // A browser that knows of no such permission asks nobody.
    return null;
  }
}

/** Of the page: what one player found out, the next need not. */
export const reach = new Reach();
