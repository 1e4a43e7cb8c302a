/** The small pictures of a track: which of them shows a position, and where it is to be had. */

import { lastAtMost } from "./line.ts";
import type { Sprite, ThumbnailRef } from "./recording-index.ts";

/** One of the tiles of a sprite, in pixels of the sprite. */
export interface Tile {
  /** The record by which the sprite is asked for. */
  readonly sprite: number;
  /** How many tiles the sprite has; a sprite with more is another picture. */
  readonly count: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A small picture of a recording. */
export interface SmallPicture {
  readonly segment: string;
  readonly record: number;
  /** When it was taken, on the recording's timeline. */
  readonly atUs: number;
  /** Where it lies in a sprite; null for one that is newer than the index. */
  readonly tile: Tile | null;
}

/** A small picture that is at hand: the whole of it where it is `sharp`, else its tile of the sprite. */
export interface ShownPicture {
  readonly url: string;
  readonly of: SmallPicture;
  readonly sharp: boolean;
}

/** Where small pictures come from. */
export interface PictureSource {
  /** The picture for a position, if it is at hand. */
  peek(positionUs: number): ShownPicture | null;
  /** The picture for a position as soon as it can be had; null where there is none. */
  get(positionUs: number): Promise<ShownPicture | null>;
  /** The same in its full size. */
  sharpen(of: SmallPicture): Promise<ShownPicture | null>;
  /** The pointer is there, or is expected to be: what is around will be asked for, no more than so many sprites. */
  prefetch(positionUs: number, most?: number): void;
  /** The pointer has left. */
  rest(): void;
}

/** What a segment knows of its small pictures. */
export interface Pictured {
  readonly id: string;
  readonly offsetUs: number;
  readonly thumbnails: readonly ThumbnailRef[];
  readonly sprites: readonly Sprite[];
}

function tileOf(sprite: Sprite, number: number): Tile {
  return {
    sprite: sprite.first,
    count: sprite.atUs.length,
    left: (number % sprite.columns) * sprite.width,
    top: Math.floor(number / sprite.columns) * sprite.height,
    width: sprite.width,
    height: sprite.height,
  };
}

function picturesOf(segment: Pictured, track: number): SmallPicture[] {
  const tiles = new Map<number, Tile>();
  for (const sprite of segment.sprites) {
    if (sprite.track !== track) continue;
    sprite.atUs.forEach((atUs, number) => {
      tiles.set(atUs, tileOf(sprite, number));
    });
  }
  return segment.thumbnails
    .filter((one) => one.track === track)
    .map((one) => ({
      segment: segment.id,
      record: one.record,
      atUs: segment.offsetUs + one.atUs,
      tile: tiles.get(one.atUs) ?? null,
    }));
}

export class Pictures {
  /** In the order of their times. */
  readonly all: readonly SmallPicture[];
  private readonly atUs: Float64Array;

  constructor(segments: readonly Pictured[], track: number) {
    this.all = segments.flatMap((segment) => picturesOf(segment, track)).sort((one, other) => one.atUs - other.atUs);
    this.atUs = Float64Array.from(this.all, (one) => one.atUs);
  }

  /** The place in `all` of the picture that shows a position: the last one taken by then, or the first; -1 if none. */
  at(positionUs: number): number {
    return Math.max(lastAtMost(this.atUs, positionUs), this.all.length === 0 ? -1 : 0);
  }
}
