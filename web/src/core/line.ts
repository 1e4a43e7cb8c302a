/** One track's pieces over all segments as one line of columns, in recording positions, ready for binary search. */

import type { Segment } from "./recording-index.ts";

/** The last index whose value is at most `value`, or -1; `values` ascend. */
export function lastAtMost(values: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What the line knows about a segment: where its pictures end, or null while they may go on. */
export interface SegmentEnd {
  readonly id: string;
  readonly endUs: number | null;
}

/** A piece as the line holds it. */
export interface Piece {
  readonly segment: number;
  readonly record: number;
  readonly atUs: number;
  readonly epoch: number;
  readonly key: boolean;
  readonly bytes: number;
}

export class Line {
  readonly track: number;
  /** Position of each piece's first sample. */
  readonly atUs: number[] = [];
  private readonly segments: number[] = [];
  private readonly records: number[] = [];
  private readonly epochs: number[] = [];
  private readonly keys: boolean[] = [];
  private readonly sizes: number[] = [];

  constructor(track: number) {
    this.track = track;
  }

  get length(): number {
    return this.atUs.length;
  }

  piece(index: number): Piece {
    return {
      segment: this.segments[index] as number,
      record: this.records[index] as number,
      atUs: this.atUs[index] as number,
      epoch: this.epochs[index] as number,
      key: this.keys[index] as boolean,
      bytes: this.sizes[index] as number,
    };
  }

  /** The size of a piece, without making an object of it: loops over all pieces ask for this. */
  bytesOf(index: number): number {
    return this.sizes[index] as number;
  }

  /** Whether decoding can begin with a piece. */
  isKey(index: number): boolean {
    return this.keys[index] === true;
  }

  /** Adds a piece at the end; false where it would not lie behind the last one (the line must be made anew). */
  push(piece: Piece): boolean {
    const last = this.length - 1;
    const behind = last < 0 || piece.atUs > (this.atUs[last] as number);
    const inOrder = last < 0 || piece.segment >= (this.segments[last] as number);
    if (!behind || !inOrder) return false;
    this.segments.push(piece.segment);
    this.records.push(piece.record);
    this.atUs.push(piece.atUs);
    this.epochs.push(piece.epoch);
    this.keys.push(piece.key);
    this.sizes.push(piece.bytes);
    return true;
  }

  /** Adds all pieces of a segment; what overlaps the segment before it is left out. */
  pushSegment(segment: Segment, order: number): void {
    const columns = segment.pieces.get(this.track);
    if (columns === undefined) return;
    for (let index = 0; index < columns.record.length; index += 1) {
      this.push({
        segment: order,
        record: columns.record[index] as number,
        atUs: segment.offsetUs + (columns.atUs[index] as number),
        epoch: columns.epoch[index] as number,
        key: columns.key[index] === 1,
        bytes: columns.bytes[index] as number,
      });
    }
  }

  /** The piece whose picture shows at a position: the last one that began by then, or -1. */
  at(positionUs: number): number {
    return lastAtMost(this.atUs, positionUs);
  }

  /** The nearest piece at or before `index` with which decoding can begin, or -1. */
  keyAtOrBefore(index: number): number {
    let at = index;
    while (at >= 0 && this.keys[at] !== true) at -= 1;
    return at;
  }

  /** The next piece after `index` with which decoding can begin, or -1. */
  keyAfter(index: number): number {
    for (let at = index + 1; at < this.length; at += 1) if (this.keys[at] === true) return at;
    return -1;
  }

  /** Whether a piece goes on where the one before it was: same segment, so no gap lies between. */
  continues(index: number): boolean {
    return index > 0 && this.segments[index] === this.segments[index - 1];
  }

  /** Where the picture of a piece ends: at its successor, at the end of its segment, or null: not known yet. */
  endUs(index: number, ends: readonly SegmentEnd[]): number | null {
    if (index + 1 < this.length && this.continues(index + 1)) return this.atUs[index + 1] as number;
    return ends[this.segments[index] as number]?.endUs ?? null;
  }

  /** The piece of a segment with this record number, or -1. */
  find(segment: number, record: number): number {
    const last = lastAtMost(this.segments, segment);
    let low = lastAtMost(this.segments, segment - 1) + 1;
    let high = last;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const value = this.records[middle] as number;
      if (value === record) return middle;
      if (value < record) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
