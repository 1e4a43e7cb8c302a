import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fittingColumns,
  type Line,
  linesInSight,
  OVERSCAN_ROWS,
  STEP_ROWS,
  scrollToRow,
  topsOf,
  withHeadings,
} from "../../src/core/rows.ts";

const lines = (kinds: readonly boolean[]): Line<number>[] =>
  kinds.map((row, index) => (row ? { kind: "row", row: index, index } : { kind: "heading", text: String(index) }));

test("every line in sight is laid out, and only few others", () => {
  const heights = fc.array(fc.boolean(), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(
      heights,
      fc.integer({ min: -100, max: 1_200 }),
      fc.integer({ min: 1, max: 60 }),
      (kinds, from, seen) => {
        const tops = topsOf(lines(kinds), 2.5, 2);
        const { first, end } = linesInSight(tops, from, from + seen);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(kinds.length);
        kinds.forEach((_, at) => {
          const visible = (tops[at] as number) < from + seen && (tops[at + 1] as number) > from;
          if (visible) expect(at >= first && at < end).toBe(true);
        });
        expect(end - first).toBeLessThanOrEqual(seen / 2 + 3 + 2 * (OVERSCAN_ROWS + STEP_ROWS));
      },
    ),
  );
});

test("nothing is laid out of nothing", () => {
  expect(linesInSight(topsOf([], 2, 2), 0, 50)).toEqual({ first: 0, end: 0 });
});

test("a row is scrolled to only where it is not in sight", () => {
  const seen = { topPx: 100, bottomPx: 500 };
  expect(scrollToRow({ topPx: 100, heightPx: 40 }, seen)).toBeNull();
  expect(scrollToRow({ topPx: 460, heightPx: 40 }, seen)).toBeNull();
  expect(scrollToRow({ topPx: 461, heightPx: 40 }, seen)).toBe(1);
  expect(scrollToRow({ topPx: 60, heightPx: 40 }, seen)).toBe(-40);
});

test("columns give way, the least important first", () => {
  const columns = [
    { key: "a", min: 10, priority: 0 },
    { key: "b", min: 10, priority: 2 },
    { key: "c", min: 10, priority: 1 },
  ];
  const kept = (width: number) => fittingColumns(columns, width).map((one) => one.key);
  expect(kept(33)).toEqual(["a", "b", "c"]);
  expect(kept(32)).toEqual(["a", "c"]);
  expect(kept(21)).toEqual(["a"]);
  expect(kept(1)).toEqual(["a"]);
});

test("a heading stands before each change of group", () => {
  const kinds = withHeadings(["a1", "a2", "b1"], (row) => row.charAt(0)).map((line) => line.kind);
  expect(kinds).toEqual(["heading", "row", "row", "heading", "row"]);
  expect(withHeadings(["a1"], undefined)).toHaveLength(1);
});
