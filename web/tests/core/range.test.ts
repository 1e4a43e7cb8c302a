import { describe, expect, test } from "vitest";
import { clipped, loopBack, marked, NO_MARKS, RANGE_US_MIN, rangeOf } from "../../src/core/range.ts";
import { QUICK, Stage, World } from "../support/world.ts";

const S = 1_000_000;

describe("marks", () => {
  test("two make a range, in either order", () => {
    const one = marked(marked(NO_MARKS, "in", 10 * S), "out", 20 * S);
    expect(rangeOf(one)).toEqual({ fromUs: 10 * S, toUs: 20 * S });
    expect(rangeOf(marked(one, "in", 12 * S))).toEqual({ fromUs: 12 * S, toUs: 20 * S });
    expect(rangeOf(marked(one, "out", 31.5 * S))).toEqual({ fromUs: 10 * S, toUs: 31.5 * S });
  });

  test("an end that makes none with the other begins anew", () => {
    const one = { inUs: 10 * S, outUs: 20 * S };
    expect(marked(one, "in", 25 * S)).toEqual({ inUs: 25 * S, outUs: null });
    expect(marked(one, "out", 5 * S)).toEqual({ inUs: null, outUs: 5 * S });
  });

  test("an end alone means from the beginning on, unless it is the beginning", () => {
    expect(rangeOf(marked(NO_MARKS, "out", 20 * S))).toEqual({ fromUs: 0, toUs: 20 * S });
    expect(rangeOf(marked(NO_MARKS, "out", 100_000))).toBeNull();
  });

  test("the shortest range is one, and a little less is none", () => {
    const from = { inUs: S, outUs: null };
    expect(rangeOf(marked(from, "out", S + RANGE_US_MIN))).not.toBeNull();
    expect(rangeOf(marked(from, "out", S + RANGE_US_MIN - 1))).toBeNull();
  });
});

test("a range of a link is kept within the recording, or is none", () => {
  expect(clipped({ fromUs: -5, toUs: 200 * S }, 60 * S)).toEqual({ fromUs: 0, toUs: 60 * S });
  expect(clipped({ fromUs: 20 * S, toUs: 10 * S }, 60 * S)).toEqual({ fromUs: 10 * S, toUs: 20 * S });
  expect(clipped({ fromUs: 70 * S, toUs: 80 * S }, 60 * S)).toBeNull();
});

test("only running over the end goes back", () => {
  const range = { fromUs: 10 * S, toUs: 20 * S };
  expect(loopBack(range, 19.9 * S, 20 * S)).toBe(10 * S);
  expect(loopBack(range, 19.9 * S, 19.95 * S)).toBeNull();
  expect(loopBack(range, 25 * S, 25.1 * S)).toBeNull();
  expect(loopBack(range, 5 * S, 25 * S)).toBeNull();
  expect(loopBack(null, 19.9 * S, 20 * S)).toBeNull();
});

describe("a range while playing", () => {
  const shots = (lengthUs: number) =>
    Array.from({ length: lengthUs / 200_000 }, (_, at) => ({ atUs: at * 200_000, key: at % 50 === 0, bytes: 5_000 }));
  const world = new World([
    { offsetUs: 0, coveredUs: 20 * S, shots: shots(20 * S) },
    { offsetUs: 60 * S, coveredUs: 20 * S, shots: shots(20 * S) },
  ]);

  function played(fromUs: number, toUs: number, ms: number): { positions: number[]; playing: boolean } {
    const stage = new Stage(world, QUICK);
    stage.player.setRange({ fromUs, toUs });
    stage.player.seek(fromUs);
    stage.player.play();
    stage.run(ms);
    return { positions: stage.seen.map((one) => one.positionUs), playing: stage.player.snapshot().playing };
  }

  test.each([
    ["in the middle", 5 * S, 8 * S],
    ["up to the recording's end", 77 * S, 80 * S],
    ["over a gap", 19 * S, 61 * S],
    ["that ends in a gap", 18 * S, 19.99 * S],
  ])("%s plays over and over", (_, fromUs, toUs) => {
    const { positions, playing } = played(fromUs, toUs, 14_000);
    const back = positions.filter((at, index) => index > 0 && at < (positions[index - 1] as number) - S / 2);
    expect(playing).toBe(true);
    expect(back.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...positions)).toBeLessThanOrEqual(toUs + 300_000);
    expect(Math.min(...positions)).toBeGreaterThanOrEqual(fromUs);
  });

  test("a seek out of it plays on there", () => {
    const stage = new Stage(world, QUICK);
    stage.player.setRange({ fromUs: 5 * S, toUs: 8 * S });
    stage.player.seek(6 * S);
    stage.player.play();
    stage.run(500);
    stage.player.seek(12 * S);
    stage.run(4_000);
    expect(stage.player.snapshot().positionUs).toBeGreaterThan(14 * S);
  });

  test("a page that slept does not run on", () => {
    const stage = new Stage(world, { ...QUICK, tickMs: 50 });
    stage.player.seek(5 * S);
    stage.player.play();
    stage.run(1_000);
    const before = stage.player.snapshot().positionUs;
    stage.player.tick(stage.nowMs + 3_600_000, stage.browser.clockUs);
    expect(stage.player.snapshot().positionUs - before).toBeLessThan(2.1 * S);
  });
});
