/**
 * Fragmented MP4 (ISO/IEC 14496-12) as far as a player needs it: cut a byte stream into pieces, read the times of
 * their samples, and give a piece another beginning and end.
 *
 * A *piece* is one movie fragment, `moof` followed by its `mdat`. Its last sample carries a long duration "until
 * further notice", because when it was written nobody knew how long the picture would stay. The player knows, and
 * writes it in before it hands the piece to the browser. Times are in microseconds (timescale 1,000,000).
 */

import { contractBroken } from "./failure.ts";

/** A record's limit on the wire (8 MiB) with room for the boxes around the samples. */
export const MAX_PIECE_BYTES = 8 * 1024 * 1024 + 64 * 1024;

const HEADER = 8;
const TRUN_DATA_OFFSET = 0x1;
const TRUN_FIRST_FLAGS = 0x4;
const TRUN_DURATION = 0x100;
const TRUN_SIZE = 0x200;
const TRUN_FLAGS = 0x400;
const TRUN_OFFSETS = 0x800;
const TFHD_FIELDS: readonly (readonly [flag: number, bytes: number])[] = [
  [0x1, 8],
  [0x2, 4],
  [0x8, 4],
  [0x10, 4],
];
const TFHD_DEFAULT_FLAGS = 0x20;
const SAMPLE_IS_NON_SYNC = 0x10000;

/** One sample of a piece, in media time. */
export interface Sample {
  readonly atUs: number;
  readonly durationUs: number;
  readonly bytes: number;
  readonly key: boolean;
}

interface Table {
  readonly samples: readonly Sample[];
  readonly durationsAt: readonly number[];
}

/** Where the times of a piece stand, found once. */
interface Layout extends Table {
  readonly view: DataView;
  readonly baseAt: number;
  readonly baseWide: boolean;
}

function boxType(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at + 4),
    view.getUint8(at + 5),
    view.getUint8(at + 6),
    view.getUint8(at + 7),
  );
}

/** Offset of the payload and end of the first box of a type between two offsets. */
function find(view: DataView, type: string, from: number, to: number): readonly [number, number] {
  let at = from;
  while (at + HEADER <= to) {
    const size = view.getUint32(at);
    if (size < HEADER || at + size > to) throw contractBroken(`piece: box at ${at}`);
    if (boxType(view, at) === type) return [at + HEADER, at + size];
    at += size;
  }
  throw contractBroken(`piece: no ${type}`);
}

/** `default_sample_flags` of a track fragment header (8.8.7), or "not a sync sample" where it has none. */
function defaultFlags(view: DataView, at: number): number {
  const flags = view.getUint32(at) & 0xffffff;
  if ((flags & TFHD_DEFAULT_FLAGS) === 0) return SAMPLE_IS_NON_SYNC;
  let field = at + 8;
  for (const [flag, bytes] of TFHD_FIELDS) if ((flags & flag) !== 0) field += bytes;
  return view.getUint32(field);
}

/** The sample table of a track run (8.8.8): each sample, and where its duration stands. */
function readRun(view: DataView, trun: number, trunEnd: number, baseUs: number, otherFlags: number): Table {
  const flags = view.getUint32(trun) & 0xffffff;
  if ((flags & TRUN_DURATION) === 0 || (flags & TRUN_SIZE) === 0) throw contractBroken("piece: trun");
  const count = view.getUint32(trun + 4);
  let at = trun + 8 + ((flags & TRUN_DATA_OFFSET) !== 0 ? 4 : 0);
  const firstFlags = (flags & TRUN_FIRST_FLAGS) !== 0 ? view.getUint32(at) : null;
  if (firstFlags !== null) at += 4;
  const row = 8 + ((flags & TRUN_FLAGS) !== 0 ? 4 : 0) + ((flags & TRUN_OFFSETS) !== 0 ? 4 : 0);
  if (count === 0 || at + count * row > trunEnd) throw contractBroken("piece: trun length");
  const samples: Sample[] = [];
  const durationsAt: number[] = [];
  let timeUs = baseUs;
  for (let index = 0; index < count; index += 1, at += row) {
    const durationUs = view.getUint32(at);
    const ownFlags = (flags & TRUN_FLAGS) !== 0 ? view.getUint32(at + 8) : otherFlags;
    const sampleFlags = index === 0 && firstFlags !== null ? firstFlags : ownFlags;
    const key = (sampleFlags & SAMPLE_IS_NON_SYNC) === 0;
    samples.push({ atUs: timeUs, durationUs, bytes: view.getUint32(at + 4), key });
    durationsAt.push(at);
    timeUs += durationUs;
  }
  return { samples, durationsAt };
}

function layout(piece: Uint8Array): Layout {
  try {
    return readLayout(piece);
  } catch (error) {
    if (error instanceof RangeError) throw contractBroken("piece: box cut short");
    throw error;
  }
}

function readLayout(piece: Uint8Array): Layout {
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  const [moof, moofEnd] = find(view, "moof", 0, view.byteLength);
  const [traf, trafEnd] = find(view, "traf", moof, moofEnd);
  const [tfhd] = find(view, "tfhd", traf, trafEnd);
  const [tfdt] = find(view, "tfdt", traf, trafEnd);
  const [trun, trunEnd] = find(view, "trun", traf, trafEnd);
  const baseWide = view.getUint8(tfdt) === 1;
  const baseAt = tfdt + 4;
  const baseUs = baseWide ? Number(view.getBigUint64(baseAt)) : view.getUint32(baseAt);
  return { view, baseAt, baseWide, ...readRun(view, trun, trunEnd, baseUs, defaultFlags(view, tfhd)) };
}

/** The samples of a piece in decoding order (which is display order: Playhead writes no B pictures). */
export function samplesOf(piece: Uint8Array): readonly Sample[] {
  return layout(piece).samples;
}

/** How a piece is to lie on the recording's timeline. */
export interface Placement {
  /** Position of the segment's media time zero on the recording's timeline. */
  readonly offsetUs: number;
  /** Where the piece begins on the recording's timeline; its first picture is shown from here on. */
  readonly startUs: number;
  /** Where its last picture ends, or null for "`nominalUs` after it was taken": nobody knows yet. */
  readonly endUs: number | null;
  readonly nominalUs: number;
}

/** A piece as it lies now: where each picture begins, and where the last one ends. */
export interface Placed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly startsUs: readonly number[];
  readonly endUs: number;
}

/** A copy of a piece that lies as told. Samples in the middle keep their times. */
export function place(piece: Uint8Array, placement: Placement): Placed {
  const bytes = new Uint8Array(piece);
  const { view, baseAt, baseWide, durationsAt, samples } = layout(bytes);
  const starts = samples.map((sample) => sample.atUs + placement.offsetUs);
  const nominalEndUs = (starts[starts.length - 1] as number) + placement.nominalUs;
  starts[0] = placement.startUs;
  for (let index = 1; index < starts.length; index += 1) {
    // A beginning later than the first sample's own end would make a duration negative: push on by the smallest step.
    starts[index] = Math.max(starts[index] as number, (starts[index - 1] as number) + 1);
  }
  const lastStart = starts[starts.length - 1] as number;
  const endUs = Math.max(placement.endUs ?? nominalEndUs, lastStart + 1);
  if (baseWide) view.setBigUint64(baseAt, BigInt(placement.startUs));
  else if (placement.startUs <= 0xffffffff) view.setUint32(baseAt, placement.startUs);
  else throw contractBroken("piece: tfdt version 0");
  durationsAt.forEach((at, index) => {
    view.setUint32(at, (starts[index + 1] ?? endUs) - (starts[index] as number));
  });
  return { bytes, startsUs: starts, endUs };
}

/** Cuts a byte stream of pieces at their borders, however it arrives. */
export class PieceSplitter {
  private held: Uint8Array = new Uint8Array(0);
  private scanned = 0;

  /** Bytes that wait for the rest of their piece. */
  get pendingBytes(): number {
    return this.held.byteLength;
  }

  /** The pieces that became whole. Fails as `page.contract` on what is no fragmented MP4 or exceeds the limit. */
  feed(data: Uint8Array): Uint8Array[] {
    this.held = this.held.byteLength === 0 ? data.slice() : joined(this.held, data);
    const pieces: Uint8Array[] = [];
    for (;;) {
      const end = this.boxEnd();
      if (end === null) return pieces;
      const isLast = boxType(new DataView(this.held.buffer, this.held.byteOffset), this.scanned) === "mdat";
      this.scanned = end;
      if (isLast) {
        pieces.push(this.held.subarray(0, end));
        this.held = this.held.subarray(end);
        this.scanned = 0;
      }
    }
  }

  /** Where the box that begins at `scanned` ends, or null while it is not whole. */
  private boxEnd(): number | null {
    if (this.held.byteLength < this.scanned + HEADER) return null;
    const size = new DataView(this.held.buffer, this.held.byteOffset).getUint32(this.scanned);
    if (size < HEADER || this.scanned + size > MAX_PIECE_BYTES) throw contractBroken(`pieces: box of ${size} bytes`);
    return this.held.byteLength < this.scanned + size ? null : this.scanned + size;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const both = new Uint8Array(head.byteLength + tail.byteLength);
  both.set(head);
  both.set(tail, head.byteLength);
  return both;
}
