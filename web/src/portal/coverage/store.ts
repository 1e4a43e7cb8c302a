/** The site's coverage, kept current while somebody looks, and its rows where they were. */

import { batch, signal } from "@preact/signals";
import {
  type CoverageFilter,
  heldInPlace,
  inCoverageOrder,
  misplaced,
  type PlacedDay,
} from "../../core/coverage-words.ts";
import { type Failure, toFailure } from "../../core/failure.ts";
import type { CoverageNow, SiteDay } from "../../core/site-coverage.ts";
import { isAbort } from "../../net/http.ts";
import { listen } from "../feed.ts";
import { isSignedOut, mustSignIn } from "../session.ts";
import { getDay, getNow } from "./api.ts";

/** Who is covered now is asked for this often; a change is told sooner, by the feed. */
const NOW_MS = 5_000;
/** After the feed told of a change, at the earliest. */
const SOON_MS = 500;
/** The whole day is asked for this often while it goes on, and sooner where who is covered changed. */
const DAY_MS = 30_000;
const DAY_MS_MIN = 5_000;

export class CoverageStore {
  readonly site = signal<SiteDay | null>(null);
  readonly rows = signal<readonly PlacedDay[] | null>(null);
  readonly now = signal<CoverageNow | null>(null);
  readonly failure = signal<Failure | null>(null);
  /** Whether somebody is reading: then rows change where they are, and none moves. */
  holding: () => boolean = () => false;
  private readonly filter: CoverageFilter;
  private readonly stop = new AbortController();
  private readonly unlisten: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private dayAtMs = Number.NEGATIVE_INFINITY;
  private known = "";

  constructor(filter: CoverageFilter) {
    this.filter = filter;
    this.unlisten = listen({ workstation: () => this.schedule(SOON_MS), resync: () => this.schedule(SOON_MS) });
    document.addEventListener("visibilitychange", this.seen);
  }

  close(): void {
    this.unlisten();
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.timer);
    this.stop.abort();
  }

  /** Whether the day that is shown goes on. */
  get isToday(): boolean {
    const site = this.site.value;
    return site === null || (site.from <= site.now && site.now < site.to);
  }

  /** Puts every row where it belongs. */
  sort(): void {
    this.rows.value = inCoverageOrder(this.rows.value ?? [], this.isToday);
  }

  /** How many rows belong elsewhere. */
  get misplaced(): number {
    return misplaced(this.rows.value ?? [], this.isToday);
  }

  async load(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      if (this.isToday) await this.loadNow();
      if (performance.now() - this.dayAtMs >= DAY_MS) await this.loadDay();
      this.failure.value = null;
    } catch (error) {
      if (isAbort(error)) return;
      if (isSignedOut(error)) mustSignIn();
      else this.failure.value = toFailure(error);
    } finally {
      this.asking = false;
      if (this.site.value === null || this.isToday) this.schedule(NOW_MS);
    }
  }

  private async loadNow(): Promise<void> {
    const now = await getNow(this.stop.signal);
    this.now.value = now;
    const alarms = now.alarms.map((one) => `${one.workstation} ${one.code}`).sort();
    const known = [now.covered, now.excused, now.uncovered, ...alarms].join("|");
    const old = performance.now() - this.dayAtMs >= DAY_MS_MIN;
    if (known === this.known || !old) return;
    this.known = known;
    this.dayAtMs = Number.NEGATIVE_INFINITY;
  }

  private async loadDay(): Promise<void> {
    const site = await getDay(this.filter, this.stop.signal);
    this.dayAtMs = performance.now();
    batch(() => {
      this.site.value = site;
      const shown = this.rows.value;
      this.rows.value =
        shown !== null && this.holding()
          ? heldInPlace(shown, site.items, this.isToday)
          : inCoverageOrder(site.items, this.isToday);
    });
  }

  private readonly seen = (): void => {
    if (document.visibilityState === "visible") this.schedule(0);
    else clearTimeout(this.timer);
  };

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    if (this.stop.signal.aborted || document.visibilityState === "hidden") return;
    this.timer = setTimeout(() => void this.load(), ms);
  }
}
