/** Which part of a recording is seen, how it moves, and what wheel and keys do to it. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { timelineKey, wheelIntent } from "../../src/core/timeline-input.ts";
import { pointText, ticksOf } from "../../src/core/timeline-ticks.ts";
import {
  between,
  centred,
  chosen,
  followed,
  grownEnd,
  isStep,
  isWhole,
  lengthOf,
  panned,
  positionAt,
  resized,
  shareOf,
  steppedPosition,
  underway,
  VIEW_US_MIN,
  type View,
  viewOf,
  wholeView,
  zoomed,
} from "../../src/core/timeline-view.ts";

const S = 1_000_000;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const endUs = fc.integer({ min: 0, max: 8 * 3_600 }).map((seconds) => seconds * S);

function expectWithin(view: View, end: number): void {
  expect(view.fromUs).toBeGreaterThanOrEqual(-1);
  expect(view.toUs).toBeLessThanOrEqual(wholeView(end).toUs + 1);
  expect(lengthOf(view)).toBeGreaterThanOrEqual(VIEW_US_MIN - 1);
}

describe("a view", () => {
  test("maps a share to a position and back", () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.integer({ min: VIEW_US_MIN, max: 1e11 }), share, (fromUs, length, at) => {
        const view = { fromUs, toUs: fromUs + length };
        expect(shareOf(view, positionAt(view, at))).toBeCloseTo(at, 5);
        expect(positionAt(view, at + 1.5)).toBe(view.toUs);
        expect(positionAt(view, at - 1.5)).toBe(view.fromUs);
      }),
    );
  });

  test("stays within the recording and no shorter than a second, whatever is done to it", () => {
    type Act = (view: View, end: number) => View;
    const act: fc.Arbitrary<Act> = fc.oneof(
      fc.tuple(share, fc.constantFrom(0.01, 0.5, 0.8, 1.25, 2, 100)).map(([at, by]): Act => {
        return (view, end) => zoomed(view, at, by, end);
      }),
      fc.double({ min: -3, max: 3, noNaN: true }).map(
        (by): Act =>
          (view, end) =>
            panned(view, by, end),
      ),
      share.map(
        (at): Act =>
          (view, end) =>
            centred(view, at * end, end),
      ),
      fc.tuple(share, share).map(
        ([one, other]): Act =>
          (_, end) =>
            between(one * end, other * end, end),
      ),
      fc.tuple(share, share).map(
        ([one, other]): Act =>
          (view, end) =>
            followed(view, one * end, other * end, end),
      ),
      fc.tuple(fc.constantFrom("from" as const, "to" as const), share).map(([which, at]): Act => {
        return (view, end) => resized(view, which, at * end, end);
      }),
    );
    fc.assert(
      fc.property(endUs, fc.array(act, { maxLength: 30 }), (end, acts) => {
        let view = wholeView(end);
        for (const one of acts) {
          view = one(view, end);
          expectWithin(view, end);
        }
      }),
    );
  });

  test("zooming keeps what is under the pointer", () => {
    const end = 3_600 * S;
    expect(positionAt(zoomed(wholeView(end), 0.25, 0.5, end), 0.25)).toBe(900 * S);
    fc.assert(
      fc.property(share, fc.double({ min: 0.01, max: 1, noNaN: true }), (at, factor) => {
        const view = { fromUs: 1_000 * S, toUs: 2_000 * S };
        expect(positionAt(zoomed(view, at, factor, end), at)).toBeCloseTo(positionAt(view, at), -1);
      }),
    );
  });

  test("zooms down to a second and no closer", () => {
    const end = 8 * 3_600 * S;
    expect(lengthOf(zoomed({ fromUs: 0, toUs: 2 * S }, 0.5, 0.5, end))).toBe(VIEW_US_MIN);
    expect(lengthOf(zoomed({ fromUs: 0, toUs: VIEW_US_MIN }, 0.5, 0.5, end))).toBe(VIEW_US_MIN);
  });

  test("of an end that is moved, the other stays", () => {
    const view = { fromUs: 10 * S, toUs: 20 * S };
    expect(resized(view, "from", 12 * S, 60 * S)).toEqual({ fromUs: 12 * S, toUs: 20 * S });
    expect(resized(view, "from", 30 * S, 60 * S)).toEqual({ fromUs: 19 * S, toUs: 20 * S });
    expect(resized(view, "to", 90 * S, 60 * S)).toEqual({ fromUs: 10 * S, toUs: 60 * S });
    expect(resized(view, "to", 0, 60 * S)).toEqual({ fromUs: 10 * S, toUs: 11 * S });
  });

  test("that was chosen at the live edge goes along with it; elsewhere it stays", () => {
    const end = 100 * S;
    expect(chosen(wholeView(end), end, true)).toBeNull();
    expect(viewOf(null, 160 * S)).toEqual({ fromUs: 0, toUs: 160 * S });
    const atEdge = chosen({ fromUs: 80 * S, toUs: 100 * S }, end, true);
    expect(viewOf(atEdge, 130 * S)).toEqual({ fromUs: 110 * S, toUs: 130 * S });
    const inside = chosen({ fromUs: 10 * S, toUs: 30 * S }, end, true);
    expect(viewOf(inside, 130 * S)).toMatchObject({ fromUs: 10 * S, toUs: 30 * S });
    expect(chosen({ fromUs: 80 * S, toUs: 100 * S }, end, false)?.atEnd).toBe(false);
    expect([isWhole(wholeView(end), end), isWhole({ fromUs: 0, toUs: 50 * S }, end)]).toEqual([true, false]);
  });

  test("turns a page when playing leaves it, goes along with a seek, and leaves alone who looks elsewhere", () => {
    const view = { fromUs: 100 * S, toUs: 200 * S };
    const end = 1_000 * S;
    expect(followed(view, 150 * S, 160 * S, end)).toBe(view);
    expect(shareOf(followed(view, 199 * S, 200.05 * S, end), 200.05 * S)).toBeCloseTo(0.1);
    expect(shareOf(followed(view, 101 * S, 99 * S, end), 99 * S)).toBeCloseTo(0.9);
    expect(shareOf(followed(view, 150 * S, 700 * S, end), 700 * S)).toBeCloseTo(0.5);
    expect(followed(view, 700 * S, 701 * S, end)).toBe(view);
  });

  test("on its way begins and ends exactly", () => {
    const [from, to] = [wholeView(100 * S), { fromUs: 20 * S, toUs: 30 * S }];
    expect(underway(from, to, 0)).toEqual(from);
    expect(underway(from, to, 1)).toBe(to);
    expect(underway(from, to, 0.5).fromUs).toBeGreaterThan(10 * S);
  });
});

describe("the end that grows", () => {
  test("glides: it never goes back, never passes what is known, and never jumps", () => {
    const known = fc.array(fc.integer({ min: 0, max: 1_200_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(known, (steps) => {
        let [shown, knownUs, isCalm] = [10 * S, 10 * S, true];
        for (const step of steps) {
          knownUs = Math.min(knownUs + step, shown + 2 * S);
          for (let frame = 0; frame < 15; frame += 1) {
            const next = grownEnd(shown, knownUs, 16);
            isCalm &&= next >= shown && next <= knownUs && next - shown <= 3 * 16_000;
            shown = next;
          }
        }
        expect(isCalm).toBe(true);
      }),
    );
  });

  test("comes to what is known at once after the page slept", () => {
    expect(grownEnd(10 * S, 60 * S, 16)).toBe(60 * S);
    expect(grownEnd(60 * S, 10 * S, 16)).toBe(10 * S);
    expect(grownEnd(10 * S, 10 * S, 16)).toBe(10 * S);
  });
});

describe("the playhead between two reports", () => {
  test("goes its way evenly; a seek is there at once", () => {
    expect([0, 10, 25, 50, 90].map((ms) => steppedPosition(S, 1.4 * S, ms))).toEqual(
      [1, 1.08, 1.2, 1.4, 1.4].map((at) => at * S),
    );
    expect(steppedPosition(S, 3 * S, 0)).toBe(3 * S);
    expect(steppedPosition(S, 0.9 * S, 0)).toBe(0.9 * S);
    expect([isStep(S, 2 * S), isStep(S, 2 * S + 1), isStep(S, S)]).toEqual([true, false, false]);
  });
});

describe("labels", () => {
  const STARTED_AT_US = Date.UTC(2026, 10, 23, 9, 58, 20) * 1000;

  test("are round, few and within", () => {
    const { stepUs, ticks } = ticksOf({ fromUs: 95 * S, toUs: 4_000 * S }, 8, "elapsed", 0);
    expect(stepUs).toBe(600 * S);
    expect(ticks.map((tick) => tick.text)).toEqual(["10:00", "20:00", "30:00", "40:00", "50:00", "1:00:00"]);
    fc.assert(
      fc.property(
        endUs,
        share,
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom("elapsed", "clock"),
        (end, at, count, mode) => {
          const view = zoomed(wholeView(end), at, 0.1 + 0.9 * at, end);
          const made = ticksOf(view, count, mode as "elapsed" | "clock", STARTED_AT_US).ticks;
          expect(made.length).toBeLessThanOrEqual(count + 1);
          for (const tick of made)
            expect(shareOf(view, tick.atUs)).toBeCloseTo(Math.max(0, Math.min(1, shareOf(view, tick.atUs))), 6);
        },
      ),
    );
  });

  test("of the clock stand at round times of the day, whenever the recording began", () => {
    const { ticks } = ticksOf(wholeView(600 * S), 5, "clock", STARTED_AT_US, "en-GB");
    const minutes = ticks.map((tick) => new Date((STARTED_AT_US + tick.atUs) / 1000));
    expect(minutes.map((at) => at.getMinutes() % 2)).toEqual(minutes.map(() => 0));
    expect(minutes.every((at) => at.getSeconds() === 0)).toBe(true);
    expect(ticks[0]?.text).toMatch(/^\d\d:00$/);
  });

  test("say parts of a second as fine as the view is close", () => {
    const close = { fromUs: 61 * S, toUs: 62 * S };
    expect(ticksOf(close, 5, "elapsed", 0).ticks.map((tick) => tick.text)).toEqual([
      "1:01.0",
      "1:01.2",
      "1:01.4",
      "1:01.6",
      "1:01.8",
      "1:02.0",
    ]);
    expect(pointText(close, 61.25 * S, "elapsed", 0)).toBe("1:01.2");
    expect(pointText(wholeView(3_600 * S), 61.25 * S, "elapsed", 0)).toBe("1:01");
    expect(pointText(close, 0.25 * S, "clock", STARTED_AT_US, "en-GB")).toMatch(/^\d\d:58:20\.2$/);
  });
});

describe("the wheel", () => {
  const turn = { deltaX: 0, deltaY: 0, deltaMode: 0, ctrl: false, shift: false };

  test("seeks; with Ctrl or a pinch it zooms; sideways it moves what is seen", () => {
    expect(wheelIntent({ ...turn, deltaY: 100 }, false)).toEqual({ do: "seek", share: 0.01 });
    expect(wheelIntent({ ...turn, deltaX: -50 }, false)).toEqual({ do: "seek", share: -0.005 });
    expect(wheelIntent({ ...turn, deltaX: -50 }, true)).toEqual({ do: "pan", share: -0.05 });
    expect(wheelIntent({ ...turn, deltaY: 100, shift: true }, true)).toEqual({ do: "pan", share: 0.1 });
    expect(wheelIntent({ ...turn, deltaY: 3, deltaMode: 1 }, false).do).toBe("seek");
  });

  test("a notch zooms no more than a touchpad's largest step, and back is the way it came", () => {
    const factor = (deltaY: number): number => {
      const intent = wheelIntent({ ...turn, deltaY, ctrl: true }, false);
      return intent.do === "zoom" ? intent.factor : 0;
    };
    expect(factor(120)).toBe(factor(30));
    expect(factor(4) * factor(-4)).toBeCloseTo(1);
    expect(factor(-10)).toBeLessThan(1);
  });
});

describe("keys on the timeline", () => {
  const view = wholeView(1_000 * S);
  const close = { fromUs: 100 * S, toUs: 110 * S };
  const press = (key: string, more: object = {}, isZoomed = false) =>
    timelineKey(
      { key, shift: false, ctrl: false, alt: false, meta: false, ...more },
      isZoomed ? close : view,
      isZoomed,
      105 * S,
    );

  test.each([
    ["ArrowRight", {}, { do: "to", positionUs: 110 * S }],
    ["ArrowUp", {}, { do: "to", positionUs: 110 * S }],
    ["ArrowLeft", { shift: true }, { do: "to", positionUs: 104 * S }],
    ["PageUp", {}, { do: "to", positionUs: 205 * S }],
    ["PageDown", {}, { do: "to", positionUs: 5 * S }],
    ["PageDown", { shift: true }, { do: "pan", share: -0.5 }],
    ["Home", {}, { do: "to", positionUs: 0 }],
    ["End", {}, { do: "end" }],
    ["ArrowRight", { ctrl: true }, { do: "stop", direction: 1 }],
    ["ArrowLeft", { ctrl: true }, { do: "stop", direction: -1 }],
    ["x", {}, null],
    ["c", { ctrl: true }, null],
    ["ArrowRight", { alt: true }, null],
    ["0", {}, null],
  ])("%s %j", (key, more, command) => {
    expect(press(key, more)).toEqual(command);
  });

  test("steps are finer close up, and 0 shows the whole again", () => {
    expect(press("ArrowRight", {}, true)).toEqual({ do: "to", positionUs: 105.2 * S });
    expect(press("0", {}, true)).toEqual({ do: "whole" });
    expect([press("+"), press("-")].map((one) => one?.do)).toEqual(["zoom", "zoom"]);
  });
});
