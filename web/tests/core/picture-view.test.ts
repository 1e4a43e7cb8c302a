import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bounded,
  closer,
  columnsFor,
  dragged,
  fitted,
  isSharp,
  type PictureView,
  pointUnder,
  SCALE_MAX,
  seenShare,
  transformOf,
  trueScale,
  WHOLE,
} from "../../src/core/picture-view.ts";

const BOX = { width: 800, height: 600 };
const PICTURE = { width: 1920, height: 1080 };
const FIT = fitted(BOX, PICTURE);

test("a picture fits without being cut or stretched", () => {
  expect(FIT).toEqual({ width: 800, height: 450 });
  expect(fitted({ width: 100, height: 600 }, PICTURE)).toEqual({ width: 100, height: 56.25 });
  expect(fitted({ width: 0, height: 600 }, PICTURE)).toEqual({ width: 0, height: 0 });
  expect(fitted(BOX, { width: 0, height: 0 })).toEqual({ width: 0, height: 0 });
});

describe("looking closer", () => {
  const views = fc.record({
    scale: fc.double({ min: 1, max: SCALE_MAX, noNaN: true }),
    x: fc.double({ min: 0, max: 1, noNaN: true }),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const offset = fc.integer({ min: -400, max: 400 });

  test("what lies under the pointer stays there, unless the picture's edge forbids it", () => {
    fc.assert(
      fc.property(views, offset, offset, fc.double({ min: 1.01, max: 4, noNaN: true }), (raw, dx, dy, factor) => {
        const view = bounded(raw, BOX, FIT);
        const next = closer(view, factor, dx, dy, BOX, FIT);
        const under = pointUnder(view, FIT, dx, dy);
        const seen = seenShare(next, BOX, FIT);
        const free = (at: number, share: number): boolean => at > share / 2 + 1e-9 && at < 1 - share / 2 - 1e-9;
        if (free(next.x, seen.x)) expect(pointUnder(next, FIT, dx, dy).x).toBeCloseTo(under.x, 6);
        if (free(next.y, seen.y)) expect(pointUnder(next, FIT, dx, dy).y).toBeCloseTo(under.y, 6);
      }),
    );
  });

  test("nothing beside the picture comes into sight, and the scale has its limits", () => {
    fc.assert(
      fc.property(views, offset, offset, fc.double({ min: 0.01, max: 100, noNaN: true }), (raw, dx, dy, factor) => {
        const view = dragged(closer(bounded(raw, BOX, FIT), factor, dx, dy, BOX, FIT), dx, dy, BOX, FIT);
        const seen = seenShare(view, BOX, FIT);
        expect(view.scale).toBeGreaterThanOrEqual(1);
        expect(view.scale).toBeLessThanOrEqual(SCALE_MAX);
        expect(view.x - seen.x / 2).toBeGreaterThanOrEqual(-1e-9);
        expect(view.x + seen.x / 2).toBeLessThanOrEqual(1 + 1e-9);
        expect(view.y - seen.y / 2).toBeGreaterThanOrEqual(-1e-9);
        expect(view.y + seen.y / 2).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  test("out again is the whole, in the middle", () => {
    const near = closer(WHOLE, 3, 200, 100, BOX, FIT);
    expect(near.scale).toBe(3);
    expect(closer(near, 0.1, -300, 50, BOX, FIT)).toEqual(WHOLE);
    expect(transformOf(WHOLE, FIT)).toBe("none");
  });

  test("a drag moves the picture with the hand", () => {
    const near: PictureView = { scale: 4, x: 0.5, y: 0.5 };
    expect(dragged(near, 320, 0, BOX, FIT)).toEqual({ scale: 4, x: 0.4, y: 0.5 });
    expect(dragged(WHOLE, 320, 0, BOX, FIT)).toEqual(WHOLE);
    expect(transformOf({ scale: 4, x: 0.4, y: 0.5 }, FIT)).toBe("translate(320.00px, 0.00px) scale(4.0000)");
  });
});

test("a double click goes to where a recorded pixel is one of the screen's", () => {
  expect(trueScale(PICTURE, FIT, 1)).toBeCloseTo(2.4);
  expect(trueScale(PICTURE, FIT, 2)).toBeCloseTo(1.2);
  expect(trueScale({ width: 640, height: 360 }, FIT, 1)).toBe(2);
});

test("edges are kept hard from two screen pixels for each recorded one on", () => {
  expect(isSharp({ ...WHOLE, scale: 4.7 }, PICTURE, FIT, 1)).toBe(false);
  expect(isSharp({ ...WHOLE, scale: 4.8 }, PICTURE, FIT, 1)).toBe(true);
  expect(isSharp({ ...WHOLE, scale: 2.4 }, PICTURE, FIT, 2)).toBe(true);
  expect(isSharp(WHOLE, { width: 0, height: 0 }, FIT, 1)).toBe(false);
});

test.each([
  [2, { width: 700, height: 500 }, 1],
  [2, { width: 1400, height: 500 }, 2],
  [3, { width: 1800, height: 400 }, 3],
  [4, { width: 1600, height: 900 }, 2],
  [1, { width: 0, height: 0 }, 1],
])("%d monitors in %o lie in %d columns", (count, box, columns) => {
  expect(columnsFor(count, box, PICTURE)).toBe(columns);
});
