/** Keeps one video fed: what its plan wants is fetched, what arrived goes into its buffer, one thing after the other. */

import { PlayheadError } from "../core/failure.ts";
import type { BufferAction, FetchWish } from "../core/loader.ts";
import type { Recording } from "../core/recording.ts";
import { isAbort } from "../net/http.ts";
import { CUT_SHORT, type Persistence } from "./connection.ts";
import type { MediaService } from "./service.ts";
import type { VideoDriver } from "./video.ts";

/** A plan of the core: the player, or a follower beside it. */
export interface Plan {
  readonly track: number;
  wish(): FetchWish | null;
  wanted(wish: FetchWish): boolean;
  arrived(wish: FetchWish, index: number, bytes: Uint8Array): void;
  fetched(wish: FetchWish): void;
  action(): BufferAction | null;
  bufferDone(): void;
}

/** What all pumps of a page share, and whom they tell. */
export interface Supply {
  readonly service: MediaService;
  readonly persistence: Persistence;
  readonly signal: AbortSignal;
  recording(): Recording;
}

export class Pump {
  private readonly supply: Supply;
  private readonly driver: VideoDriver;
  private readonly plan: Plan;
  private readonly name: string;
  private readonly acted: () => void;
  private readonly broke: (error: unknown) => void;
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  private readonly initialisations = new Map<string, Promise<ArrayBuffer>>();
  private fetching: { readonly wish: FetchWish; readonly abort: AbortController } | null = null;
  /** A request that failed for good; asked again when a person wants it, or forgotten when the plan changes. */
  private failed: FetchWish | null = null;
  private acting = false;

  /**
   * @param name tells its lines of work from those of other videos.
   * @param acted is called after each thing done to the buffer.
   * @param broke is called where the browser failed to take something.
   */
  constructor(
    supply: Supply,
    driver: VideoDriver,
    plan: Plan,
    name: string,
    acted: () => void,
    broke: (error: unknown) => void,
  ) {
    this.supply = supply;
    this.driver = driver;
    this.plan = plan;
    this.name = name;
    this.acted = acted;
    this.broke = broke;
    this.signal = AbortSignal.any([this.stop.signal, supply.signal]);
  }

  /** Whether the buffer is being changed. */
  get isActing(): boolean {
    return this.acting;
  }

  /** Whether a request is under way. */
  get isFetching(): boolean {
    return this.fetching !== null;
  }

  /** Ends everything that is under way. */
  close(): void {
    this.stop.abort();
    for (const line of [this.pieces, this.init]) this.supply.persistence.report(line, null);
  }

  /** Asks again for what failed for good. */
  retry(): void {
    if (this.failed !== null) this.plan.fetched(this.failed);
    this.failed = null;
    for (const line of [this.pieces, this.init]) this.supply.persistence.report(line, null);
  }

  /** Keeps the buffer and the network busy with what the plan wants. */
  run(): void {
    const { plan } = this;
    if (this.signal.aborted) return;
    if (this.fetching !== null && !plan.wanted(this.fetching.wish)) {
      this.fetching.abort.abort();
      this.fetching = null;
    }
    if (this.failed !== null && !plan.wanted(this.failed)) {
      this.failed = null;
      this.supply.persistence.report(this.pieces, null);
    }
    if (!this.acting) void this.act();
    if (this.fetching === null && this.failed === null) {
      const wish = plan.wish();
      if (wish !== null) void this.fetch(wish);
    }
  }

  /** Does something to the video while nothing else is done to its buffer. */
  async alone(work: () => Promise<void>): Promise<void> {
    this.acting = true;
    try {
      await work();
    } finally {
      this.acting = false;
    }
  }

  private get pieces(): string {
    return `pieces${this.name}`;
  }

  private get init(): string {
    return `init${this.name}`;
  }

  private async act(): Promise<void> {
    try {
      await this.alone(async () => {
        const { plan } = this;
        for (let action = plan.action(); action !== null; action = plan.action()) {
          try {
            await this.perform(action);
          } finally {
            plan.bufferDone();
          }
          if (this.signal.aborted) return;
          this.acted();
        }
      });
    } catch (error) {
      if (!isAbort(error) && !this.signal.aborted) this.broke(error);
    }
  }

  private async perform(action: BufferAction): Promise<void> {
    if (action.do === "append") await this.driver.append(action.bytes);
    else if (action.do === "remove") await this.driver.remove(action.toUs);
    else if (action.do === "clear") await this.driver.clear();
    else {
      const { segment, epoch } = action;
      const bytes = await this.initialisation(segment, epoch.track, epoch.epoch);
      await this.driver.initialise(epoch.codec, bytes);
    }
  }

  private async initialisation(segment: string, track: number, epoch: number): Promise<ArrayBuffer> {
    const key = `${segment}/${track}/${epoch}`;
    const known = this.initialisations.get(key);
    if (known !== undefined) return await known;
    const { persistence, service } = this.supply;
    const asked = persistence.until(this.init, this.signal, () =>
      service.initialisation(segment, track, epoch, this.signal),
    );
    this.initialisations.set(key, asked);
    try {
      return await asked;
    } catch (error) {
      this.initialisations.delete(key);
      throw error;
    }
  }

  private async fetch(wish: FetchWish): Promise<void> {
    const { plan } = this;
    const model = this.supply.recording();
    const line = model.line(plan.track);
    const abort = new AbortController();
    const mine = { wish, abort };
    this.fetching = mine;
    let next = wish.range.from;
    const signal = AbortSignal.any([abort.signal, this.signal]);
    // On its way together with the pieces, not after the first of them; who needs it hears of its failure.
    const first = line.piece(next);
    this.initialisation(model.segmentId(first.segment), line.track, first.epoch).catch(() => undefined);
    try {
      await this.supply.persistence.until(this.pieces, signal, async (progressed) => {
        const segment = model.segmentId(line.piece(next).segment);
        const from = line.piece(next).record;
        const to = line.piece(wish.range.to).record;
        for await (const piece of this.supply.service.pieces(segment, line.track, from, to, signal)) {
          plan.arrived(wish, next, piece);
          next += 1;
          progressed();
          this.run();
        }
        if (next <= wish.range.to) throw new PlayheadError(CUT_SHORT);
      });
      plan.fetched(wish);
    } catch (error) {
      // The connection shows what failed; the wish stays unanswered until a person asks, or the plan changes.
      if (!isAbort(error) && !signal.aborted) this.failed = wish;
    } finally {
      if (this.fetching === mine) this.fetching = null;
    }
    this.run();
  }
}
