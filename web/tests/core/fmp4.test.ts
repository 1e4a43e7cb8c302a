import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlayheadError } from "../../src/core/failure.ts";
import { MAX_PIECE_BYTES, PieceSplitter, place, samplesOf } from "../../src/core/fmp4.ts";
import { box, makePiece, pictureIds } from "../support/boxes.ts";

const HOLD_US = 10_000_000;
const three = makePiece(5_000_000, [
  { id: 1, durationUs: 200_000, key: true, bytes: 900 },
  { id: 2, durationUs: 300_000, bytes: 40 },
  { id: 3, durationUs: HOLD_US },
]);

describe("samplesOf", () => {
  test("reads times, sizes and sync flags", () => {
    expect(samplesOf(three)).toEqual([
      { atUs: 5_000_000, durationUs: 200_000, bytes: 900, key: true },
      { atUs: 5_200_000, durationUs: 300_000, bytes: 40, key: false },
      { atUs: 5_500_000, durationUs: HOLD_US, bytes: 4, key: false },
    ]);
  });

  test("reads a base time beyond 32 bits (tfdt version 1)", () => {
    const base = 9 * 3600 * 1_000_000;
    expect(samplesOf(makePiece(base, [{ id: 1, durationUs: 1 }]))[0]?.atUs).toBe(base);
  });

  test("reads a 32-bit base time (tfdt version 0)", () => {
    expect(samplesOf(makePiece(77, [{ id: 1, durationUs: 1 }], { tfdtVersion: 0 }))[0]?.atUs).toBe(77);
  });

  test("takes the first sample's flags and the default flags where a run has no flags of its own", () => {
    const piece = makePiece(
      0,
      [
        { id: 1, durationUs: 5 },
        { id: 2, durationUs: 5 },
      ],
      {
        trunFlags: 0x305,
        firstFlags: 0x02000000,
        tfhdFlags: 0x20028,
        tfhdFields: [7, 0x01010000],
      },
    );
    expect(samplesOf(piece).map((sample) => sample.key)).toEqual([true, false]);
  });

  test.each([
    ["no moof", box("mdat", new Uint8Array(4))],
    ["an empty run", makePiece(0, [])],
    ["durations left out", makePiece(0, [{ id: 1, durationUs: 1 }], { trunFlags: 0x601 })],
    ["nothing", new Uint8Array(0)],
  ])("refuses %s", (_, bytes) => {
    expect(() => samplesOf(bytes)).toThrow(PlayheadError);
  });

  test("refuses a box that is longer than its parent", () => {
    const bytes = three.slice();
    new DataView(bytes.buffer).setUint32(8, 4000);
    expect(() => samplesOf(bytes)).toThrow(PlayheadError);
  });
});

describe("place", () => {
  const at = { offsetUs: 1_000_000, startUs: 6_000_000, endUs: 7_000_000, nominalUs: 40_000 };

  test("moves to the recording's timeline and ends where told", () => {
    const placed = place(three, at);
    expect(placed.startsUs).toEqual([6_000_000, 6_200_000, 6_500_000]);
    expect(samplesOf(placed.bytes).map((sample) => [sample.atUs, sample.durationUs])).toEqual([
      [6_000_000, 200_000],
      [6_200_000, 300_000],
      [6_500_000, 500_000],
    ]);
    expect(placed.endUs).toBe(7_000_000);
  });

  test("begins earlier to join what lies before it; later samples keep their times", () => {
    const placed = place(three, { ...at, startUs: 3_000_000 });
    expect(placed.startsUs).toEqual([3_000_000, 6_200_000, 6_500_000]);
  });

  test("gives a last picture of unknown end its nominal length", () => {
    expect(place(three, { ...at, endUs: null }).endUs).toBe(6_540_000);
  });

  test("counts the nominal length from when the picture was taken, not from where it was moved to", () => {
    const single = makePiece(5_000_000, [{ id: 1, durationUs: HOLD_US }]);
    const placed = place(single, { ...at, startUs: 2_000_000, endUs: null });
    expect(placed.startsUs).toEqual([2_000_000]);
    expect(placed.endUs).toBe(6_040_000);
  });

  test("never makes a duration of zero or less", () => {
    const placed = place(three, { ...at, startUs: 6_400_000, endUs: 6_300_000 });
    expect(placed.startsUs).toEqual([6_400_000, 6_400_001, 6_500_000]);
    expect(placed.endUs).toBe(6_500_001);
  });

  test("leaves the original as it was", () => {
    const before = three.slice();
    place(three, at);
    expect(three).toEqual(before);
  });

  test("keeps the media", () => {
    expect(pictureIds(place(three, at).bytes, [900, 40, 4])).toEqual([1, 2, 3]);
  });

  test("refuses a position that a 32-bit base time cannot say", () => {
    const small = makePiece(0, [{ id: 1, durationUs: 1 }], { tfdtVersion: 0 });
    expect(place(small, { ...at, startUs: 0xffffffff, endUs: null }).startsUs).toEqual([0xffffffff]);
    expect(() => place(small, { ...at, startUs: 0x100000000 })).toThrow(PlayheadError);
  });
});

describe("PieceSplitter", () => {
  test("cuts at the same places however the bytes arrive", () => {
    const pieces = [1, 2, 3].map((id) => makePiece(id, [{ id, durationUs: 1, bytes: id * 100 }]));
    const stream = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
    let at = 0;
    for (const piece of pieces) {
      stream.set(piece, at);
      at += piece.byteLength;
    }
    fc.assert(
      fc.property(fc.array(fc.nat(stream.byteLength), { maxLength: 20 }), (cuts) => {
        const splitter = new PieceSplitter();
        const borders = [0, ...cuts.sort((one, other) => one - other), stream.byteLength];
        const found = borders.slice(1).flatMap((end, index) => splitter.feed(stream.slice(borders[index], end)));
        expect(found).toEqual(pieces);
        expect(splitter.pendingBytes).toBe(0);
      }),
    );
  });

  test("takes a piece at the limit and refuses one past it", () => {
    const head = (size: number): Uint8Array => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setUint32(0, size);
      bytes.set(new TextEncoder().encode("mdat"), 4);
      return bytes;
    };
    expect(new PieceSplitter().feed(head(MAX_PIECE_BYTES))).toEqual([]);
    expect(() => new PieceSplitter().feed(head(MAX_PIECE_BYTES + 1))).toThrow(PlayheadError);
    expect(() => new PieceSplitter().feed(head(7))).toThrow(PlayheadError);
  });

  test("never hangs or fails otherwise on garbage", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          for (const piece of new PieceSplitter().feed(bytes)) samplesOf(piece);
        } catch (error) {
          expect(error).toBeInstanceOf(PlayheadError);
        }
      }),
    );
  });
});
