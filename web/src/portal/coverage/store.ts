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
import { type CoverageNow, readPresent, type SiteDay, withPresent } from "../../core/site-coverage.ts";
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
  /** Whether what is shown is not yet what was asked for. */
  readonly pending = signal(true);
  private filter: CoverageFilter = { day: null, site: null, search: "", problems: false };
  private closed = false;
  private stop = new AbortController();
  private readonly unlisten: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dueAtMs = Number.POSITIVE_INFINITY;
  private asking = false;
  private dayAtMs = Number.NEGATIVE_INFINITY;
  private known = "";

  constructor() {
    this.unlisten = listen({
      coverage: (item) => {
        if (this.isToday && this.rows.value !== null) {
          const rows = withPresent(this.rows.value, readPresent(item));
          this.rows.value = this.holding() ? rows : inCoverageOrder(rows, true);
        }
        this.schedule(SOON_MS);
      },
      resync: () => this.schedule(SOON_MS),
    });
    document.addEventListener("visibilitychange", this.seen);
  }

  close(): void {
    this.unlisten();
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.timer);
    this.closed = true;
    this.stop.abort();
  }

  /** Shows something else; what is shown stays until that is there. */
  show(filter: CoverageFilter): void {
    const before = this.filter;
    this.filter = filter;
    this.pending.value = true;
    this.dayAtMs = Number.NEGATIVE_INFINITY;
    if (filter.site !== before.site) this.forget();
    // What was under way is of no more interest.
    this.stop.abort();
    this.stop = new AbortController();
    this.asking = false;
    void this.load();
  }

  /** Nothing of another site is shown as if it were this one's. */
  private forget(): void {
    batch(() => {
      this.site.value = null;
      this.rows.value = null;
      this.now.value = null;
      this.failure.value = null;
    });
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

  /** Asks for what is due to be asked for, unless that is under way. */
  async load(): Promise<void> {
    if (this.asking || this.closed) return;
    this.asking = true;
    const { stop } = this;
    try {
      if (this.pending.value ? this.filter.day === null : this.isToday) await this.loadNow(stop.signal);
      if (performance.now() - this.dayAtMs >= DAY_MS) await this.loadDay(stop.signal);
      this.failure.value = null;
    } catch (error) {
      if (isAbort(error)) return;
      if (isSignedOut(error)) mustSignIn();
      else this.failure.value = toFailure(error);
    }
    this.asking = false;
    if (this.failure.value !== null || this.isToday) this.schedule(NOW_MS);
  }

  private async loadNow(signal: AbortSignal): Promise<void> {
    const now = await getNow(this.filter.site, signal);
    this.now.value = now;
    const alarms = now.alarms.map((one) => `${one.workstation} ${one.code}`).sort();
    const known = [now.covered, now.excused, now.uncovered, ...alarms].join("|");
    const old = performance.now() - this.dayAtMs >= DAY_MS_MIN;
    if (known === this.known || !old) return;
    this.known = known;
    this.dayAtMs = Number.NEGATIVE_INFINITY;
  }

  private async loadDay(signal: AbortSignal): Promise<void> {
    const site = await getDay(this.filter, signal);
    this.dayAtMs = performance.now();
    batch(() => {
      this.site.value = site;
      const shown = this.rows.value;
      const isSame = !this.pending.value;
      this.pending.value = false;
      this.rows.value =
        shown !== null && isSame && this.holding()
          ? heldInPlace(shown, site.items, this.isToday)
          : inCoverageOrder(site.items, this.isToday);
    });
  }

  private readonly seen = (): void => {
    if (document.visibilityState === "visible") this.schedule(0);
    else {
      clearTimeout(this.timer);
      this.dueAtMs = Number.POSITIVE_INFINITY;
    }
  };

  private schedule(ms: number): void {
    if (this.closed || document.visibilityState === "hidden") return;
    const atMs = performance.now() + ms;
    // What comes sooner is not put off: a site in which something changes all the time would never be asked.
    if (this.dueAtMs <= atMs) return;
    clearTimeout(this.timer);
    this.dueAtMs = atMs;
    this.timer = setTimeout(() => {
      this.dueAtMs = Number.POSITIVE_INFINITY;
      void this.load();
    }, ms);
  }
}
