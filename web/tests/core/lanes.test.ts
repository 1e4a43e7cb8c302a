/** What lies along the timeline: shapes bounded by the width, words for every place, and nothing lost. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blackoutsOf } from "../../src/core/blackouts.ts";
import { activityLane, barUs, changeIn, heights, smoothed, usualRate } from "../../src/core/lane-activity.ts";
import { blocksOf, groundLane, missingLane, missingWords, TOLD_MAX } from "../../src/core/lane-coverage.ts";
import { bookmarksLane, eventsLane, pinsOf } from "../../src/core/lane-marks.ts";
import { FOLDED_REM, type Frame, nextStop, notesAt, placeRows, type Shape } from "../../src/core/lanes.ts";
import { Line } from "../../src/core/line.ts";
import { spokenPosition } from "../../src/core/time.ts";
import { timelineRows } from "../../src/core/timeline-rows.ts";
import { wholeView } from "../../src/core/timeline-view.ts";
import { valueText, viewText } from "../../src/core/timeline-words.ts";

const S = 1_000_000;

function frame(endUs: number, width = 1_000, unit = 1): Frame {
  return { view: wholeView(endUs), width, height: 44, unit };
}

function line(pieces: readonly (readonly [atUs: number, bytes: number, key?: boolean])[]): Line {
  const made = new Line(1);
  pieces.forEach(([atUs, bytes, key = false], record) => {
    expect(made.push({ segment: 0, record, atUs, epoch: 0, key, bytes })).toBe(true);
  });
  return made;
}

const moment = (positionUs: number, code: string, details = {}) => ({ positionUs, code, details });

describe("change", () => {
  const pieces = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 3 * S }), fc.integer({ min: 0, max: 90_000 })), { maxLength: 60 })
    .map((steps) => {
      let atUs = 0;
      return steps.map(([step, bytes]) => {
        atUs += step;
        return [atUs, bytes] as const;
      });
    });

  test("is the same in sum, however finely it is divided", () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), (made, one, other) => {
        const whole = line(made);
        const endUs = (made.at(-1)?.[0] ?? 0) + 2 * S;
        const sum = (count: number): number =>
          changeIn(whole, 0, endUs / count, count).reduce((all, each) => all + each, 0);
        expect(sum(one)).toBeCloseTo(sum(other), -1);
      }),
    );
  });

  test("of a stretch does not depend on what else is seen, so that bars stay when the view moves", () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 0, max: 20 }), (made, first) => {
        const whole = line(made);
        const all = changeIn(whole, 0, S, 60);
        const part = changeIn(whole, first * S, S, 10);
        for (const [at, value] of part.entries()) expect(value).toBeCloseTo(all[first + at] as number, 0);
      }),
    );
  });

  test("stills count a tenth, key pictures what their neighbours do, and hardly anything is no mountain", () => {
    const made = line([
      [0, 200_000, true],
      [2 * S, 40_000],
      [5 * S, 500],
      [6 * S, 90_000, true],
      [7 * S, 300],
    ]);
    expect([...changeIn(made, 0, S, 8)]).toEqual([4_000, 0, 40_000, 0, 0, 50, 50, 30]);
    expect(usualRate(made) * S).toBe(40_000);
    expect(usualRate(line([[0, 900]])) * S).toBe(1_000);
    expect(activityLane(line([])).plan(frame(S))).toEqual([]);
  });

  test("heights are from 0 to 1, grow with the rate, and show typing beside a scrolled page", () => {
    const [none, typing, usual, scrolling] = heights(new Float32Array([0, 0.05, 1, 10]), 1);
    expect(none).toBe(0);
    expect(typing).toBeGreaterThan(0.15);
    expect(usual).toBeCloseTo(0.7, 1);
    expect(scrolling).toBeGreaterThan(0.9);
    expect(scrolling).toBeLessThan(1);
    expect([...smoothed(new Float32Array([0, 1, 0]))]).toEqual([0.25, 0.5, 0.25]);
  });

  test("bars are powers of two, so that they change only when the view is twice as close", () => {
    expect([barUs(0.1), barUs(1), barUs(100), barUs(127), barUs(129)]).toEqual([1, 2, 256, 256, 512]);
  });
});

describe("eight hours with 30,000 pieces and as many moments", () => {
  const END_US = 8 * 3_600 * S;
  const long = new Line(1);
  for (let index = 0; index < 30_000; index += 1) {
    long.push({
      segment: 0,
      record: index,
      atUs: index * 960_000,
      epoch: 0,
      key: index % 300 === 0,
      bytes: (index * 7_919) % 50_000,
    });
  }
  const moments = Array.from({ length: 30_000 }, (_, at) =>
    moment(at * 960_000, "capture.rate_changed", { fps: 3, from_fps: 5 }),
  );
  const gaps = Array.from({ length: 3_000 }, (_, at) => ({
    fromUs: at * 9_600_000,
    toUs: at * 9_600_000 + 1_000_000,
    reason: "lost",
  }));
  const { rows } = timelineRows({ line: long, spans: [], gaps, moments, bookmarks: [], endUs: END_US });

  const weight = (shape: Shape): number => (shape.kind === "area" ? shape.tops.length : 1);

  test.each([390, 1_280, 2_560])("are drawn with no more than %d pixels can show", (width) => {
    for (const view of [wholeView(END_US), { fromUs: 0, toUs: 1_000_000 }, { fromUs: 3_600 * S, toUs: 3_700 * S }]) {
      const shapes = rows.flatMap((row) =>
        row.lanes.flatMap((lane) => lane.plan({ view, width, height: 44, unit: 1 })),
      );
      expect(shapes.length).toBeLessThan(width);
      expect(shapes.reduce((sum, shape) => sum + weight(shape), 0)).toBeLessThan(2 * width);
    }
  });

  test("are planned again for the same view without counting again", () => {
    const [lane] = rows.flatMap((row) => row.lanes.filter((one) => one.id === "activity"));
    const tops = () => lane?.plan(frame(END_US)).flatMap((shape) => (shape.kind === "area" ? [shape.tops] : []))[0];
    expect(tops()).toBe(tops());
  });
});

describe("what is missing", () => {
  const gaps = [{ fromUs: 65 * S, toUs: 107 * S, reason: "lost" }];
  const moments = [
    moment(10 * S, "blackout.on", { source: "agent" }),
    moment(12 * S, "blackout.on", { source: "api", by: "kim", reason: "Card number" }),
    moment(13 * S, "blackout.on", { source: "api", by: "kim", reason: "again" }),
    moment(15 * S, "blackout.off", { source: "agent" }),
    moment(20 * S, "blackout.expired", { source: "api", by: "kim" }),
    moment(30 * S, "blackout.off", { source: "agent" }),
    moment(120 * S, "blackout.on", { source: "decision_source", by: "dialler" }),
  ];
  const blackouts = blackoutsOf(moments, 147 * S, gaps);

  test("it is black while anybody asks; what is known of the reason counts, and one without an end lasts until now", () => {
    expect(blackouts).toEqual([
      { fromUs: 10 * S, toUs: 20 * S, reason: "Card number", asked: "Asked for by the agent", open: false },
      { fromUs: 120 * S, toUs: 147 * S, reason: "", asked: "Decided by dialler", open: true },
    ]);
    expect(blackoutsOf([], S)).toEqual([]);
  });

  test("a blackout ends where the recording breaks off, and goes on where the workstation says so behind it", () => {
    const asked = { source: "agent", reason: "private" };
    const before = [moment(60 * S, "blackout.on", asked)];
    expect(blackoutsOf(before, 147 * S, gaps).map((one) => [one.fromUs, one.toUs, one.open])).toEqual([
      [60 * S, 65 * S, false],
    ]);
    const again = [...before, moment(107 * S, "blackout.on", asked)];
    expect(blackoutsOf(again, 147 * S, gaps).map((one) => [one.fromUs, one.toUs, one.open])).toEqual([
      [60 * S, 65 * S, false],
      [107 * S, 147 * S, true],
    ]);
  });

  test("says why at its place and nowhere else", () => {
    const lane = missingLane(gaps, blackouts);
    expect(lane.notes(80 * S, 0)[0]).toMatchObject({
      words: "Nothing recorded: the workstation was off or could not be reached",
      detail: "42 s missing",
      hides: true,
    });
    expect(lane.notes(15 * S, 0)[0]?.words).toBe("Blackout: Card number");
    expect(lane.notes(130 * S, 0)[0]?.detail).toBe("Decided by dialler, for 27 s so far");
    expect(lane.notes(50 * S, S)).toEqual([]);
    expect(lane.stops).toEqual([10 * S, 65 * S, 120 * S]);
  });

  test("one that is narrower than a pointer is found beside it, too", () => {
    const lane = missingLane([{ fromUs: 50 * S, toUs: 51 * S, reason: "killed" }], []);
    expect(lane.notes(55 * S, 6 * S)).toHaveLength(1);
    expect(lane.notes(58 * S, 6 * S)).toEqual([]);
  });

  test("is a list of sentences in order", () => {
    expect(missingWords(gaps, blackouts, spokenPosition)).toEqual([
      "Blackout from 10 seconds to 20 seconds: Card number",
      "Nothing recorded from 1 minute 5 seconds to 1 minute 47 seconds: the workstation was off or could not be reached",
      "Blackout from 2 minutes to 2 minutes 27 seconds",
    ]);
  });

  test("is told up to a limit; the rest is counted", () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ fromUs: at * 2 * S, toUs: (at * 2 + 1) * S, reason: "lost" }));
    expect(missingWords(many(TOLD_MAX), [], spokenPosition)).toHaveLength(TOLD_MAX);
    const more = missingWords(many(TOLD_MAX + 1), [], spokenPosition);
    expect([more.length, more.at(-1)]).toEqual([TOLD_MAX + 1, "And 1 more"]);
  });

  test("blocks lie in order, none too thin to see, those that touch are one", () => {
    const stretch = fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 1, max: 900 }));
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 200 }), (made) => {
        let atUs = 0;
        const stretches = made.map(([hole, length]) => {
          const fromUs = atUs + hole * 1_000;
          atUs = fromUs + length * 1_000;
          return { fromUs, toUs: atUs };
        });
        const blocks = blocksOf(stretches, frame(Math.max(S, atUs), 300), { tone: "missing", fill: "hatch" });
        blocks.forEach((block, at) => {
          expect(block.right - block.left).toBeGreaterThan(2 - 1e-6);
          if (at > 0) expect(block.left).toBeGreaterThan((blocks[at - 1] as { right: number }).right);
        });
      }),
    );
  });

  test("the ground is what was recorded", () => {
    const shapes = groundLane([{ segment: 0, fromUs: 0, toUs: 50 * S }]).plan(frame(100 * S));
    expect(shapes).toMatchObject([{ left: 0, right: 500, tone: "ground" }]);
  });
});

describe("moments", () => {
  test("pins lie apart, and none is lost: their counts are all that are seen", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 80 }), (seconds) => {
        const moments = [...seconds].sort((a, b) => a - b).map((at) => ({ atUs: at * S, tone: "neutral" as const }));
        const pins = pinsOf(moments, frame(100 * S, 400), "dot");
        expect(pins.reduce((sum, pin) => sum + pin.count, 0)).toBe(moments.length);
        pins.forEach((pin, at) => {
          if (at > 0) expect(pin.x - (pins[at - 1] as { x: number }).x).toBeGreaterThan(11 - 1e-6);
        });
      }),
    );
  });

  test("what asks for attention is not hidden by what does not", () => {
    const tones = ["neutral", "notice", "neutral"] as const;
    const pins = pinsOf(
      tones.map((tone, at) => ({ atUs: at, tone })),
      frame(100 * S),
      "dot",
    );
    expect(pins).toMatchObject([{ count: 3, tone: "notice" }]);
  });

  test("events say what happened; blackouts are left to their own lane", () => {
    const lane = eventsLane([
      moment(10 * S, "capture.rate_changed", { fps: 2, from_fps: 5 }),
      moment(20 * S, "blackout.on"),
    ]);
    expect(lane.stops).toEqual([10 * S]);
    expect(lane.notes(11 * S, 2 * S)).toMatchObject([
      { words: "Fewer pictures: the PC was busy", atUs: 10 * S, hides: false },
    ]);
    expect(lane.notes(20 * S, S)).toEqual([]);
  });

  test("bookmarks say their words and whose they are; one of a stretch has a band", () => {
    const lane = bookmarksLane([
      { id: "b", atUs: 50 * S, endUs: 60 * S, text: "Listen together", by: "Kim" },
      { id: "a", atUs: 20 * S, endUs: null, text: "Well said", by: "" },
    ]);
    expect(lane.stops).toEqual([20 * S, 50 * S]);
    expect(lane.notes(50 * S, S)[0]).toMatchObject({ words: "Listen together", detail: "Bookmark of Kim" });
    expect(lane.notes(20 * S, S)[0]?.detail).toBe("Bookmark");
    expect(lane.notes(55 * S, S)).toMatchObject([{ words: "Listen together", atUs: null }]);
    expect(lane.notes(61 * S, S / 2)).toEqual([]);
    expect(lane.plan(frame(100 * S)).map((shape) => shape.kind)).toEqual(["block", "pin", "pin"]);
  });
});

describe("rows", () => {
  const rows = timelineRows({
    line: line([[0, 5_000]]),
    spans: [],
    gaps: [{ fromUs: 65 * S, toUs: 107 * S, reason: "lost" }],
    moments: [moment(12 * S, "capture.rate_changed", { fps: 3, from_fps: 5 })],
    bookmarks: [{ id: "a", atUs: 30 * S, endUs: null, text: "Here", by: "" }],
    endUs: 147 * S,
  }).rows;

  test("lie under one another; one that is folded keeps room for its head", () => {
    const more = { id: "sound", label: "Sound", height: 4, foldable: true, lanes: [] };
    const open = placeRows([...rows, more], new Set());
    expect(open.map((one) => one.top)).toEqual([0, 1.125, 3.875]);
    const folded = placeRows([...rows, more], new Set(["sound", "activity"]));
    expect(folded.map((one) => one.folded)).toEqual([false, false, true]);
    expect(folded.at(-1)?.height).toBe(FOLDED_REM);
  });

  test("are walked from moment to moment, of all lanes, in both directions", () => {
    expect([nextStop(rows, 0, 1), nextStop(rows, 12 * S, 1), nextStop(rows, 30 * S, 1)]).toEqual([
      12 * S,
      30 * S,
      65 * S,
    ]);
    expect([nextStop(rows, 65 * S, 1), nextStop(rows, 65 * S, -1), nextStop(rows, 12 * S, -1)]).toEqual([
      null,
      30 * S,
      null,
    ]);
    // Just past one, back means the one before.
    expect(nextStop(rows, 31 * S, -1)).toBe(12 * S);
  });

  test("say what is at a position", () => {
    expect(notesAt(rows, 12 * S, 0)).toHaveLength(1);
    expect(notesAt(rows, 50 * S, 0)).toEqual([]);
  });
});

describe("what is heard", () => {
  const at = { positionUs: 40 * S, durationUs: 147 * S, startedAtUs: 0, notes: [] };

  test("is where one is, by the clock if wished, and what is there", () => {
    expect(valueText({ ...at, mode: "elapsed" })).toBe("40 seconds of 2 minutes 27 seconds");
    expect(valueText({ ...at, mode: "clock" }, "en-GB")).toMatch(/^\d\d:\d\d:40, 40 seconds of/);
    const notes = [{ words: "Here", detail: "Bookmark", tone: "neutral" as const, atUs: 0, hides: false }];
    expect(valueText({ ...at, mode: "elapsed", notes })).toBe("40 seconds of 2 minutes 27 seconds. Here, Bookmark");
  });

  test("is what is seen, when that changes", () => {
    expect(viewText({ fromUs: 60 * S, toUs: 90 * S }, 147 * S)).toBe("Shown: 1 minute to 1 minute 30 seconds");
    expect(viewText(wholeView(147 * S), 147 * S)).toBe("The whole recording is shown");
  });
});
