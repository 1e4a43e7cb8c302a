/** Seek plan, feed and live edge, each by itself. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beginRun, fed, NOMINAL_US, nextFeed, OPEN_US, type Run } from "../../src/core/feed.ts";
import { Line } from "../../src/core/line.ts";
import {
  EXTRAPOLATE_US,
  edgeAt,
  FRESH_MS,
  followRate,
  isFresh,
  JUMP_US,
  LATENCY_US,
  liveTarget,
  NO_EDGE,
  observe,
  RATE_MAX,
  STEER_MAX,
  steer,
} from "../../src/core/live-edge.ts";
import {
  AHEAD_US,
  BEHIND_US,
  canGoOn,
  evictTo,
  FIRST_BEYOND_US,
  nextRange,
  planSeek,
  RANGE_BYTES_MAX,
  RANGE_PIECES_MAX,
  SEEK_BYTES_MAX,
} from "../../src/core/seek-plan.ts";

const S = 1_000_000;

/** A piece every second, a key picture every `keyEvery`. */
function seconds(count: number, keyEvery: number, bytes = 10_000, segment = 0): Line {
  const line = new Line(1);
  for (let at = 0; at < count; at += 1) {
    line.push({ segment, record: at + 1, atUs: at * S, epoch: 0, key: at % keyEvery === 0, bytes });
  }
  return line;
}

function run(first: number, next: number, looseFromUs: number | null = null): Run {
  const exact = { open: false, behindOpenFromUs: null };
  return { first, next, lastUs: (next - 1) * S, endUs: next * S, looseFromUs, ...exact };
}

/** A run whose pictures from a time on lie behind one with a long end, or whose last one has such an end. */
function overlapped(first: number, next: number, behindOpenFromUs: number | null): Run {
  return { ...run(first, next), open: true, behindOpenFromUs };
}

describe("planSeek", () => {
  const line = seconds(600, 300);

  test.each([
    ["nothing is there yet", null, 100, { kind: "restart", key: 0 }],
    ["the browser holds it", run(0, 120), 100, { kind: "inside" }],
    ["it lies ahead of the same key picture", run(0, 120), 200, { kind: "extend" }],
    ["a later key picture is a shorter way", run(0, 120), 400, { kind: "restart", key: 300 }],
    ["it is just past a key picture that comes next", run(0, 300), 310, { kind: "extend" }],
    ["it lies before the run", run(300, 400), 200, { kind: "restart", key: 0 }],
    ["the place is loose", run(0, 120, 90 * S), 100, { kind: "restart", key: 0 }],
    ["it lies before what is loose", run(0, 120, 90 * S), 80, { kind: "inside" }],
    ["it lies ahead of a loose run", run(0, 120, 90 * S), 200, { kind: "restart", key: 0 }],
    ["a picture with a long end lies before it", overlapped(0, 120, 90 * S), 90, { kind: "restart", key: 0 }],
    ["it lies before what a long end covers", overlapped(0, 120, 90 * S), 89, { kind: "inside" }],
    ["it is the picture with the long end", overlapped(0, 120, null), 119, { kind: "inside" }],
    ["it lies ahead of a long end", overlapped(0, 120, null), 200, { kind: "restart", key: 0 }],
  ] as const)("where %s", (_, held, second, expected) => {
    expect(planSeek(line, held, second * S)).toEqual(expected);
  });

  test.each([
    ["nothing is there", null, 100, false],
    ["it is there", run(0, 120), 100, true],
    ["it is gone", run(101, 120), 100, false],
    ["it is not there yet", run(0, 100), 100, false],
    ["it is loose", run(0, 120, 90 * S), 100, false],
    ["it lies behind a long end, over which the clock has run", overlapped(0, 120, 90 * S), 100, true],
  ] as const)("going on where %s", (_, held, second, expected) => {
    expect(canGoOn(line, held, second * S)).toBe(expected);
  });

  test("where the track has no pictures", () => {
    expect(planSeek(new Line(1), null, 0)).toEqual({ kind: "nothing" });
  });
});

describe("nextRange", () => {
  test("the first one ends soon behind the target, later ones are larger", () => {
    const line = seconds(600, 300);
    expect(nextRange(line, 0, 100 * S, 1)).toEqual({ from: 0, to: 100 + FIRST_BEYOND_US / S });
    expect(nextRange(line, 103, 100 * S, 1)).toEqual({ from: 103, to: 100 + AHEAD_US / S });
  });

  test("nothing is asked for that is further ahead than a fast playhead needs", () => {
    const line = seconds(600, 300);
    expect(nextRange(line, 131, 100 * S, 1)).toBeNull();
    expect(nextRange(line, 131, 100 * S, 8)).not.toBeNull();
    expect(nextRange(line, 600, 599 * S, 1)).toBeNull();
  });

  test("the server's limits are kept, on the way to a target as well", () => {
    const heavy = seconds(600, 300, 1024 * 1024);
    expect(nextRange(heavy, 0, 299 * S, 1)?.to).toBe(SEEK_BYTES_MAX / 1024 / 1024 - 1);
    expect(nextRange(heavy, 100, 99 * S, 1)?.to).toBe(100 + RANGE_BYTES_MAX / 1024 / 1024 - 1);
    const light = seconds(4_000, 4_000, 10);
    expect(nextRange(light, 0, 3_999 * S, 1)?.to).toBe(RANGE_PIECES_MAX - 1);
    const single = seconds(2, 1, 8 * 1024 * 1024);
    expect(nextRange(single, 0, 0, 1)).toEqual({ from: 0, to: 0 });
  });

  test("a range never leaves its segment", () => {
    const line = seconds(10, 10);
    line.push({ segment: 1, record: 1, atUs: 11 * S, epoch: 0, key: true, bytes: 5 });
    expect(nextRange(line, 5, 4 * S, 1)).toEqual({ from: 5, to: 9 });
    expect(nextRange(line, 10, 4 * S, 1)).toEqual({ from: 10, to: 10 });
  });
});

describe("evictTo", () => {
  test("goes exactly to the key picture that what stays depends on", () => {
    const line = seconds(600, 60);
    const playheadUs = 200 * S;
    expect(playheadUs - BEHIND_US).toBe(170 * S);
    expect(evictTo(line, run(0, 220), playheadUs)).toBe(120);
    expect(evictTo(line, run(120, 220), playheadUs)).toBeNull();
    expect(evictTo(line, run(0, 100), playheadUs)).toBeNull();
    expect(evictTo(line, run(0, 20), 10 * S)).toBeNull();
  });
});

describe("nextFeed", () => {
  const limits = { joining: "join", leadUs: 80_000, aheadUs: 30 * S } as const;
  const closed = [{ id: "a", endUs: 10.5 * S }];
  const open = [{ id: "a", endUs: null }];

  test("gives a picture the end that its successor or its segment sets", () => {
    const line = seconds(11, 11);
    expect(nextFeed(line, closed, beginRun(line, 0), 0, limits)).toMatchObject({
      startUs: 0,
      endUs: S,
      initialise: true,
    });
    expect(nextFeed(line, closed, run(0, 10), 9 * S, limits)).toMatchObject({
      startUs: 10 * S,
      endUs: 10.5 * S,
      loose: false,
    });
    expect(nextFeed(line, closed, run(0, 11), 9 * S, limits)).toEqual({ kind: "end" });
  });

  test("joining: a picture of unknown end waits until it is due, and the next one joins its nominal end when that is due", () => {
    const line = seconds(11, 11);
    expect(nextFeed(line, open, run(0, 10), 9.9 * S, limits)).toEqual({ kind: "due", index: 10, atUs: 10 * S });
    const last = nextFeed(line, open, run(0, 10), 10 * S - limits.leadUs, limits);
    expect(last).toMatchObject({ kind: "append", endUs: null, nominalUs: NOMINAL_US, loose: true });
    if (last.kind !== "append") throw new Error();
    const held = fed(run(0, 10), last, 10 * S, 10 * S + NOMINAL_US);
    expect(held.looseFromUs).toBe(10 * S);
    line.push({ segment: 0, record: 12, atUs: 14 * S, epoch: 0, key: false, bytes: 1 });
    expect(nextFeed(line, open, held, 13 * S, limits)).toEqual({ kind: "due", index: 11, atUs: 14 * S });
    expect(nextFeed(line, open, held, 14 * S, limits)).toMatchObject({ startUs: 10 * S + NOMINAL_US, loose: true });
  });

  test("overlapping: a picture of unknown end gets a long one, and the next lies where it belongs", () => {
    const line = seconds(11, 11);
    const overlap = { ...limits, joining: "overlap" } as const;
    const last = nextFeed(line, open, run(0, 10), 5 * S, overlap);
    expect(last).toMatchObject({ kind: "append", startUs: 10 * S, endUs: null, nominalUs: OPEN_US, loose: false });
    if (last.kind !== "append") throw new Error();
    const held = fed(run(0, 10), last, 10 * S, 10 * S + OPEN_US);
    line.push({ segment: 0, record: 12, atUs: 14 * S, epoch: 0, key: false, bytes: 1 });
    expect(held).toMatchObject({ open: true, behindOpenFromUs: null });
    const next = nextFeed(line, open, held, 5 * S, overlap);
    expect(next).toMatchObject({ startUs: 14 * S, loose: false });
    if (next.kind !== "append") throw new Error();
    expect(fed(held, next, 14 * S, 14 * S + OPEN_US)).toMatchObject({ open: true, behindOpenFromUs: 14 * S });
  });

  test("asks for initialisation at each epoch and segment", () => {
    const line = seconds(3, 3);
    line.push({ segment: 0, record: 9, atUs: 3 * S, epoch: 1, key: true, bytes: 1 });
    line.push({ segment: 1, record: 1, atUs: 50 * S, epoch: 1, key: true, bytes: 1 });
    const ends = [
      { id: "a", endUs: 4 * S },
      { id: "b", endUs: 60 * S },
    ];
    expect(nextFeed(line, ends, run(0, 1), 0, limits)).toMatchObject({ initialise: false });
    expect(nextFeed(line, ends, run(0, 3), 0, limits)).toMatchObject({ initialise: true, startUs: 3 * S });
    expect(nextFeed(line, ends, run(0, 4), 30 * S, limits)).toMatchObject({ initialise: true, startUs: 50 * S });
  });

  test("is full at its limit", () => {
    const line = seconds(60, 60);
    const ends = [{ id: "a", endUs: 60 * S }];
    expect(nextFeed(line, ends, run(0, 40), 10 * S, limits)).toMatchObject({ kind: "append" });
    expect(nextFeed(line, ends, run(0, 41), 10 * S, limits)).toEqual({ kind: "full" });
  });
});

describe("live edge", () => {
  test("moves on between news, and stands when they stop", () => {
    const edge = observe(NO_EDGE, 10 * S, 1_000);
    expect(edgeAt(edge, 1_500)).toBe(10.5 * S);
    expect(edgeAt(edge, 99_000)).toBe(10 * S + EXTRAPOLATE_US);
    expect(liveTarget(edge, 1_500)).toBe(10.5 * S - LATENCY_US);
  });

  test("late news do not pull it back, and clocks that drift are followed", () => {
    let edge = observe(NO_EDGE, 10 * S, 1_000);
    edge = observe(edge, 10.4 * S, 1_900);
    expect(edgeAt(edge, 1_900)).toBeGreaterThan(10.89 * S);
    for (let ms = 2_000; ms <= 602_000; ms += 1_000) edge = observe(edge, (ms - 1_000) * 999.5 + 10 * S, ms);
    expect(edgeAt(edge, 602_000)).toBeCloseTo(601_000 * 999.5 + 10 * S, -4);
  });

  test("after a silence it begins anew where the news say", () => {
    const edge = observe(observe(NO_EDGE, 10 * S, 1_000), 12 * S, 61_000);
    expect(edgeAt(edge, 61_000)).toBe(12 * S);
  });

  test("progress is fresh up to its limit and not at it", () => {
    const edge = observe(NO_EDGE, S, 1_000);
    expect([isFresh(edge, 1_000 + FRESH_MS - 1), isFresh(edge, 1_000 + FRESH_MS)]).toEqual([true, false]);
    expect(isFresh(observe(edge, S, 3_000), 1_000 + FRESH_MS)).toBe(false);
    expect(isFresh(NO_EDGE, 0)).toBe(false);
  });

  test("steering keeps its bounds, never turns back a little, and puts right what is far off", () => {
    fc.assert(
      fc.property(fc.integer({ min: -3 * S, max: 3 * S }), fc.integer({ min: 1, max: 500 }), (error, elapsedMs) => {
        const from = 100 * S;
        const to = steer(from, from + error, elapsedMs);
        if (Math.abs(error) > JUMP_US) {
          expect(to).toBe(from + error);
          return;
        }
        expect(to).toBeGreaterThanOrEqual(from);
        expect(to).toBeLessThanOrEqual(from + elapsedMs * 1000 * (1 + STEER_MAX) + 1);
      }),
    );
  });

  test("steering converges", () => {
    let position = 0;
    let target = 1.5 * S;
    for (let at = 0; at < 2_000; at += 1) {
      target += 50_000;
      position = steer(position, target, 50);
    }
    expect(Math.abs(target - position)).toBeLessThan(60_000);
  });

  test("a video that trails is driven faster, and never beyond its media or the limit", () => {
    expect(followRate(10 * S, 10 * S, 1, 20 * S)).toBe(1);
    expect(followRate(10 * S, 9.9 * S, 2, 20 * S)).toBe(2);
    expect(followRate(10 * S, 5 * S, 1, 20 * S)).toBe(RATE_MAX);
    expect(followRate(10 * S, 5 * S, 1, 5 * S)).toBe(1);
    expect(followRate(10 * S, 5 * S, 1, 6 * S)).toBe(2.5);
  });
});
