/** Which small picture shows a position, and where in which sprite it lies. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlayheadError } from "../../src/core/failure.ts";
import { Pictures } from "../../src/core/pictures.ts";
import { readIndex } from "../../src/core/recording-index.ts";
import { World } from "../support/world.ts";

const S = 1_000_000;
const thumbnails = (track: number, first: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ record: first + at, track, atUs: at * 10 * S }));
const sprite = (track: number, first: number, from: number, count: number) => ({
  first,
  track,
  columns: 5,
  width: 160,
  height: 90,
  atUs: Array.from({ length: count }, (_, at) => (from + at) * 10 * S),
});

const SEGMENTS = [
  { id: "a", offsetUs: 0, thumbnails: thumbnails(1, 100, 30), sprites: [sprite(1, 100, 0, 25), sprite(1, 125, 25, 5)] },
  {
    id: "b",
    offsetUs: 400 * S,
    thumbnails: [...thumbnails(1, 7, 2), ...thumbnails(2, 50, 1)],
    sprites: [sprite(1, 7, 0, 1)],
  },
];

describe("small pictures", () => {
  const pictures = new Pictures(SEGMENTS, 1);

  test("the last one taken by then shows a position, the first one what was before it", () => {
    expect([-1, 0, 9.9, 10, 299, 390, 400, 9_000].map((at) => pictures.at(at * S))).toEqual([
      0, 0, 0, 1, 29, 29, 30, 31,
    ]);
    expect(new Pictures([], 1).at(0)).toBe(-1);
    expect(new Pictures(SEGMENTS, 2).all.map((one) => one.record)).toEqual([50]);
  });

  test("lie in the sprite that names their time, in rows from the left", () => {
    expect(pictures.all[0]?.tile).toEqual({ sprite: 100, count: 25, left: 0, top: 0, width: 160, height: 90 });
    expect(pictures.all[7]?.tile).toMatchObject({ left: 320, top: 90 });
    expect(pictures.all[24]?.tile).toMatchObject({ sprite: 100, left: 640, top: 360 });
    expect(pictures.all[25]?.tile).toMatchObject({ sprite: 125, count: 5, left: 0, top: 0 });
  });

  test("one that is newer than the index has no tile", () => {
    expect(pictures.all[31]).toMatchObject({ segment: "b", record: 8, tile: null });
  });

  test("are found as a plain search finds them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), (second) => {
        const plain = pictures.all.findLastIndex((one) => one.atUs <= second * S);
        expect(pictures.at(second * S)).toBe(Math.max(0, plain));
      }),
    );
  });
});

describe("sprites in the index", () => {
  const index = (sprites: unknown): unknown => {
    const good = JSON.parse(
      JSON.stringify(
        new World([{ offsetUs: 0, coveredUs: S, shots: [{ atUs: 0, key: true, bytes: 1 }] }]).index(S, false),
      ),
    );
    good.segments[0].sprites = sprites;
    return good;
  };

  test("are read; an older server has none", () => {
    expect(readIndex(index([sprite(1, 2, 0, 3)])).segments[0]?.sprites).toEqual([sprite(1, 2, 0, 3)]);
    expect(readIndex(index(undefined)).segments[0]?.sprites).toEqual([]);
  });

  test.each([
    ["no columns", { ...sprite(1, 2, 0, 3), columns: 0 }],
    ["no width", { ...sprite(1, 2, 0, 3), width: 0 }],
    ["a time that is none", { ...sprite(1, 2, 0, 3), atUs: ["x"] }],
  ])("with %s are refused", (_, bad) => {
    expect(() => readIndex(index([bad]))).toThrow(PlayheadError);
  });
});
