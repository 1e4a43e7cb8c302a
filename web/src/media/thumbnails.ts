/**
 * Small pictures as object addresses: whole sprites, prefetched around the pointer, and single thumbnails for who looks
 * longer or where there is no sprite yet. Fetched once; the ones used longest ago are let go.
 */

import type { PictureSource, Pictures, ShownPicture, SmallPicture } from "../core/pictures.ts";
import type { MediaService } from "./service.ts";

/** All of nine hours: a sprite has some 50 kB and shows four minutes. */
export const SPRITES_MAX = 128;
/** Single ones are of 4 to 20 kB, and only for where the pointer rests. */
export const SINGLES_MAX = 64;
/** So many sprites are asked for at a time; the pieces that play share the connection. */
export const PREFETCHES_MAX = 1;

/** What was asked for, the one used longest ago first. */
class Shelf {
  private readonly held = new Map<string, Promise<string | null>>();
  private readonly here = new Map<string, string>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** The address, if it is here. */
  peek(key: string): string | null {
    return this.here.get(key) ?? null;
  }

  asked(key: string): boolean {
    return this.held.has(key);
  }

  get full(): boolean {
    return this.held.size >= this.most;
  }

  /** The address, or null where it cannot be had: a missing picture is not worth a message. */
  get(key: string, fetch: () => Promise<Blob>): Promise<string | null> {
    const known = this.held.get(key);
    if (known !== undefined) {
      this.held.delete(key);
      this.held.set(key, known);
      return known;
    }
    const asked = fetch().then(
      (blob) => {
        const url = URL.createObjectURL(blob);
        // Let go before it came.
        if (this.held.get(key) !== asked) {
          URL.revokeObjectURL(url);
          return null;
        }
        this.here.set(key, url);
        return url;
      },
      () => {
        if (this.held.get(key) === asked) this.held.delete(key);
        return null;
      },
    );
    this.held.set(key, asked);
    for (const oldest of this.held.keys()) {
      if (this.held.size <= this.most) break;
      this.drop(oldest);
    }
    return asked;
  }

  clear(): void {
    for (const key of [...this.held.keys()]) this.drop(key);
  }

  private drop(key: string): void {
    this.held.delete(key);
    const url = this.here.get(key);
    if (url === undefined) return;
    this.here.delete(key);
    URL.revokeObjectURL(url);
  }
}

const singleKey = (of: SmallPicture): string => `${of.segment}:${of.record}`;
const spriteKey = (of: SmallPicture): string => `${of.segment}:${of.tile?.sprite}:${of.tile?.count}`;

export class Thumbnails {
  private readonly service: MediaService;
  private readonly signal: AbortSignal;
  private readonly singles = new Shelf(SINGLES_MAX);
  private readonly sprites = new Shelf(SPRITES_MAX);
  private wanted: { readonly pictures: Pictures; readonly at: number; left: number } | null = null;
  private prefetching = 0;
  private yielding = false;

  constructor(service: MediaService, signal: AbortSignal) {
    this.service = service;
    this.signal = signal;
    signal.addEventListener("abort", () => {
      this.wanted = null;
      this.singles.clear();
      this.sprites.clear();
    });
  }

  /**
   * The small pictures of one track for a timeline.
   *
   * @param known what is known of them now; it grows.
   */
  source(known: () => Pictures): PictureSource {
    return {
      peek: (positionUs) => this.peek(known(), positionUs),
      get: (positionUs) => this.get(known(), positionUs),
      sharpen: (of) => this.sharpen(of),
      prefetch: (positionUs, most = Number.POSITIVE_INFINITY) => {
        const pictures = known();
        this.wanted = { pictures, at: pictures.at(positionUs), left: most };
        this.prefetchOn();
      },
      rest: () => {
        this.wanted = null;
      },
    };
  }

  /** Lets the picture go first: while it is being waited for, nothing is prefetched. */
  yieldWhile(waiting: boolean): void {
    if (waiting === this.yielding) return;
    this.yielding = waiting;
    this.prefetchOn();
  }

  /** What is here already: the sharp one, or its tile. */
  private peek(pictures: Pictures, positionUs: number): ShownPicture | null {
    const of = pictures.all[pictures.at(positionUs)];
    if (of === undefined) return null;
    const single = this.singles.peek(singleKey(of));
    if (single !== null) return { url: single, of, sharp: true };
    const sprite = of.tile === null ? null : this.sprites.peek(spriteKey(of));
    return sprite === null ? null : { url: sprite, of, sharp: false };
  }

  /** The sprite, for the neighbours' sake, or the picture itself. */
  private async get(pictures: Pictures, positionUs: number): Promise<ShownPicture | null> {
    const of = pictures.all[pictures.at(positionUs)];
    if (of === undefined || this.signal.aborted) return null;
    if (of.tile === null) return await this.sharpen(of);
    const url = await this.sprite(of);
    return url === null ? await this.sharpen(of) : { url, of, sharp: false };
  }

  private async sharpen(of: SmallPicture): Promise<ShownPicture | null> {
    const fetch = (): Promise<Blob> => this.service.thumbnail(of.segment, of.record, this.signal);
    const url = await this.singles.get(singleKey(of), fetch);
    return url === null ? null : { url, of, sharp: true };
  }

  private sprite(of: SmallPicture): Promise<string | null> {
    const first = of.tile?.sprite ?? 0;
    return this.sprites.get(spriteKey(of), () => this.service.sprite(of.segment, first, this.signal));
  }

  private prefetchOn(): void {
    while (!this.yielding && this.prefetching < PREFETCHES_MAX && !this.sprites.full && !this.signal.aborted) {
      const next = this.nearestMissing();
      if (next === null || this.wanted === null || this.wanted.left <= 0) return;
      this.wanted.left -= 1;
      this.prefetching += 1;
      void this.sprite(next).then((url) => {
        this.prefetching -= 1;
        // What could not be had is not asked for again and again by itself.
        if (url === null) this.wanted = null;
        this.prefetchOn();
      });
    }
  }

  private nearestMissing(): SmallPicture | null {
    if (this.wanted === null) return null;
    const { pictures, at } = this.wanted;
    for (let away = 0; away < pictures.all.length; away += 1) {
      for (const index of [at + away, at - away]) {
        const of = pictures.all[index];
        if (of !== undefined && of.tile !== null && !this.sprites.asked(spriteKey(of))) return of;
      }
    }
    return null;
  }
}
