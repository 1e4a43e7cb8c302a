/** What was worked with: bands and colours, periods held against one another, figures in words, rules as a text. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UsageRow } from "../../src/core/analytics.ts";
import {
  AGAINST,
  type AnalyticsFilter,
  analyticsQuery,
  NO_ANALYTICS_FILTER,
  periodBefore,
  periodOf,
  readAnalyticsFilter,
  withoutAnalyticsField,
} from "../../src/core/analytics-filter.ts";
import {
  analyticsChips,
  desktopMomentText,
  outlierText,
  percentText,
  pointsText,
} from "../../src/core/analytics-words.ts";
import { type Band, readWorked, STRETCH_KINDS, TONES, tonesOf, usesOf, visitsOf } from "../../src/core/applications.ts";
import { dayBars } from "../../src/core/day-bars.ts";
import { PlayheadError } from "../../src/core/failure.ts";
import { applicationsLane, visitFrom } from "../../src/core/lane-applications.ts";
import type { Block, Frame } from "../../src/core/lanes.ts";
import { addressOf, parseRoute } from "../../src/core/route.ts";
import { draftOf, lineSpan, NEW_RULES, readRuleSet, rolledOutText, sameDraft } from "../../src/core/rule-sets.ts";
import { wholeView } from "../../src/core/timeline-view.ts";

const S = 1_000_000;

function band(fromS: number, toS: number, application: string, more: Partial<Band> = {}): Band {
  return { fromUs: fromS * S, toUs: toS * S, kind: "active", application, title: "", url: "", ...more };
}

const frame = (endUs: number, width = 1_000): Frame => ({ view: wholeView(endUs), width, height: 26, unit: 1 });

const WORK: readonly Band[] = [
  band(0, 40, "crm", { title: "Meyer" }),
  band(40, 60, "firefox", { title: "Card payment", url: "https://pay" }),
  band(60, 70, "firefox", { kind: "idle" }),
  band(70, 90, "crm", { title: "Meyer" }),
  band(90, 100, "crm", { title: "Schulz" }),
  band(100, 110, "", { kind: "locked" }),
  band(110, 120, "crm"),
];

/** Bands in order that never lie over one another, with holes between some. */
const bands: fc.Arbitrary<Band[]> = fc
  .array(
    fc.tuple(
      fc.nat(3),
      fc.integer({ min: 1, max: 400 }),
      fc.constantFrom("a", "b", "c", ""),
      fc.constantFrom(...STRETCH_KINDS),
    ),
    { maxLength: 300 },
  )
  .map((parts) => {
    let at = 0;
    return parts.map(([hole, length, application, kind]) => {
      const from = at + hole;
      at = from + length;
      return band(from, at, application, { kind });
    });
  });

describe("applications of a recording", () => {
  test("come to what their bands last, the longest first", () => {
    expect(usesOf(WORK)).toEqual([
      { application: "crm", activeUs: 80 * S, idleUs: 0, visits: 3 },
      { application: "firefox", activeUs: 20 * S, idleUs: 10 * S, visits: 1 },
    ]);
  });

  test("are visited from when they are turned to until another is", () => {
    expect(visitsOf(WORK, "crm").map((one) => [one.fromUs / S, one.toUs / S])).toEqual([
      [0, 40],
      [70, 100],
      [110, 120],
    ]);
    expect(visitFrom(WORK, "crm", 0, 1)?.fromUs).toBe(70 * S);
    expect(visitFrom(WORK, "crm", 110 * S, -1)?.fromUs).toBe(70 * S);
    expect(visitFrom(WORK, "crm", 110 * S, 1)).toBeNull();
  });

  test("nothing is counted twice or left out", () => {
    fc.assert(
      fc.property(bands, (made) => {
        const windows = made.filter((one) => one.application !== "" && (one.kind === "active" || one.kind === "idle"));
        const sum = usesOf(made).reduce((all, one) => all + one.activeUs + one.idleUs, 0);
        expect(sum).toBe(windows.reduce((all, one) => all + one.toUs - one.fromUs, 0));
        for (const use of usesOf(made)) expect(visitsOf(made, use.application)).toHaveLength(use.visits);
      }),
    );
  });

  test("are read strictly, on the recording's own clock", () => {
    const told = {
      bands: [{ fromMs: 1, toMs: 2, kind: "idle", application: "a", title: "t", url: "" }],
      triggers: [{ atMs: 5, rule: "r", action: "tag", detail: "card" }],
      cut: false,
      counted: "So.",
    };
    expect(readWorked(told).bands[0]).toEqual(band(0.001, 0.002, "a", { kind: "idle", title: "t" }));
    expect(readWorked(told).triggers[0]?.positionUs).toBe(5_000);
    expect(() => readWorked({ ...told, bands: [{ ...told.bands[0], kind: "asleep" }] })).toThrow(PlayheadError);
  });
});

describe("colours", () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 25 });

  test("are different as long as there are enough, and the first keeps its own", () => {
    fc.assert(
      fc.property(names, (given) => {
        const tones = tonesOf(given);
        expect(new Set([...tones.values()].slice(0, TONES.length)).size).toBe(Math.min(given.length, TONES.length));
        const [first] = given;
        if (first !== undefined) expect(tones.get(first)).toBe(tonesOf([first]).get(first));
      }),
    );
  });

  test("are the same whatever the case", () => {
    expect(tonesOf(["Firefox"]).get("Firefox")).toBe(tonesOf(["firefox"]).get("firefox"));
  });
});

describe("the lane", () => {
  const tones = tonesOf(["crm", "firefox"]);

  test("draws no more than there are pixels, in order and within", () => {
    fc.assert(
      fc.property(bands, fc.integer({ min: 1, max: 400 }), (made, width) => {
        const endUs = made.at(-1)?.toUs ?? S;
        const shapes = applicationsLane(made, tones, null).plan(frame(endUs, width)) as Block[];
        expect(shapes.length).toBeLessThanOrEqual(width + 1);
        shapes.forEach((shape, at) => {
          expect(shape.left).toBeGreaterThanOrEqual(at === 0 ? 0 : (shapes[at - 1] as Block).right - 0.001);
          expect(shape.right).toBeLessThanOrEqual(width);
        });
      }),
    );
  });

  test("is pale where nobody used a window, hatched where it was locked", () => {
    const shapes = applicationsLane(WORK, tones, null).plan(frame(120 * S)) as Block[];
    expect(shapes.map((one) => one.fill)).toEqual(["solid", "solid", "soft", "solid", "solid", "hatch", "solid"]);
    expect(shapes[0]?.labels).toEqual(["crm · Meyer", "crm"]);
  });

  test("of a chosen application lets the others stand back, and stops at each of its moments", () => {
    const lane = applicationsLane(WORK, tones, "firefox");
    expect((lane.plan(frame(120 * S)) as Block[])[0]?.tone).toBe("ground");
    expect(lane.stops).toEqual([40 * S]);
    expect(applicationsLane(WORK, tones, null).stops).toEqual([]);
  });

  test("says what is at a place", () => {
    const lane = applicationsLane(WORK, tones, null);
    expect(lane.notes(45 * S, 0)).toMatchObject([{ words: "firefox: Card payment", detail: "https://pay" }]);
    expect(lane.notes(65 * S, 0)).toMatchObject([{ words: "firefox", detail: "Nobody used it" }]);
    expect(lane.notes(105 * S, 0)).toMatchObject([{ words: "Locked" }]);
    expect(lane.notes(500 * S, 0)).toEqual([]);
  });
});

describe("what a report is about", () => {
  const text = fc.string({ maxLength: 20 });
  const filters: fc.Arbitrary<AnalyticsFilter> = fc.record({
    when: fc.constantFrom("last-7-days", "yesterday"),
    from: fc.constant(null),
    to: fc.constant(null),
    by: fc.constantFrom("application", "agent", "day"),
    against: fc.constantFrom(...AGAINST),
    agents: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 9 }), { maxLength: 3 }),
    group: fc.option(fc.string({ minLength: 1, maxLength: 9 })),
    applications: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 9 }), { maxLength: 3 }),
    title: text,
    url: text,
    rule: text,
  });

  test("goes into an address and back", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(readAnalyticsFilter(analyticsQuery(filter))).toEqual(filter);
      }),
    );
    expect(analyticsQuery(NO_ANALYTICS_FILTER)).toBe("");
    expect(readAnalyticsFilter("by=mood&against=god&when=%3C")).toEqual(NO_ANALYTICS_FILTER);
  });

  test("ends now, where its end is to come", () => {
    const now = new Date("2026-11-23T12:00:00Z");
    const whole = { when: null, from: "2026-11-23T00:00:00Z", to: "2026-11-24T00:00:00Z" };
    expect(periodOf(whole, now).to).toEqual(now);
    expect(periodOf({ when: null, from: null, to: null }, now).from).toEqual(new Date("2026-11-16T12:00:00Z"));
  });

  test.each(AGAINST)("is held against a period of the same length: %s", (against) => {
    const period = { from: new Date("2026-11-09T00:00:00Z"), to: new Date("2026-11-16T00:00:00Z") };
    const before = periodBefore(period, against);
    expect(before.to.getTime() - before.from.getTime()).toBe(7 * 86_400_000);
    expect(before.to.getTime()).toBeLessThanOrEqual(period.from.getTime());
    expect(before.from.getUTCDay()).toBe(period.from.getUTCDay());
  });

  test("has a chip for each field, that takes it away", () => {
    const filter = { ...NO_ANALYTICS_FILTER, group: "g1", applications: ["a", "b"], url: "*x*" };
    const chips = analyticsChips(filter, [{ id: "g1", name: "Sales" }]);
    expect(chips.map((one) => [one.field, one.text])).toEqual([
      ["time", "Last 7 days"],
      ["application", "a, b"],
      ["group", "Sales"],
      ["url", "*x*"],
    ]);
    const none = chips.reduce((rest, { field }) => withoutAnalyticsField(rest, field), filter as AnalyticsFilter);
    expect(none).toEqual(NO_ANALYTICS_FILTER);
  });

  test.each(["/analytics", "/analytics/moments", "/rules", "/rules/7"])("%s is a page", (path) => {
    expect(addressOf(parseRoute(path, ""))).toBe(path);
  });

  test.each(["/analytics/x", "/analytics/usage/1", "/rules/1/2"])("%s is none", (path) => {
    expect(parseRoute(path, "").page).toBe("unknown");
  });
});

describe("figures in words", () => {
  test.each([
    [null, "–"],
    [0, "0 %"],
    [0.125, "12.5 %"],
    [1, "100 %"],
  ])("a share of %s is %s", (share, words) => {
    expect(percentText(share)).toBe(words);
  });

  test.each([
    [null, 0.5, "–"],
    [0.5, 0.5001, "± 0"],
    [0.1, 0.35, "+ 25.0"],
    [0.35, 0.1, "− 25.0"],
  ])("from %s to %s is %s", (before, after, words) => {
    expect(pointsText(before, after)).toBe(words);
  });

  test("an outlier says what would be usual", () => {
    const outlier = { agent: "gus", application: "mines", value: 0.4, median: 0, score: 9 };
    expect(outlierText({ ...outlier, measure: "application_share" })).toBe(
      "40.0 % of the time in mines (in the middle: 0 %)",
    );
    expect(outlierText({ ...outlier, measure: "switches_per_hour", value: 80.25, median: 12 })).toBe(
      "80.3 (in the middle: 12.0)",
    );
  });

  test("a moment says what it was", () => {
    const moment = {
      at: new Date(),
      lastsMs: 0,
      kind: "trigger",
      workstation: "w",
      agent: "a",
      application: "firefox",
      title: "Card payment",
      url: "",
      rule: "card form",
      action: "tag",
      detail: "card",
      place: null,
    };
    expect(desktopMomentText(moment)).toEqual({ title: "Rule “card form”", detail: "tag · card" });
    expect(desktopMomentText({ ...moment, kind: "idle" })).toEqual({ title: "Card payment", detail: "Idle" });
  });

  test("days without work are columns, too", () => {
    const row = (key: string, activeMs: number): UsageRow => ({
      key,
      name: key,
      agents: 1,
      usage: {
        activeMs,
        idleMs: 1_000,
        lockedMs: 0,
        awayMs: 0,
        switches: 0,
        switchesPerHour: null,
        idleShare: null,
      },
    });
    const bars = dayBars([row("2026-11-20", 60_000), row("2026-11-23", 1_000)]);
    expect(bars.activeMs).toEqual([60_000, 0, 0, 1_000]);
    expect(bars.presentMs).toEqual([61_000, 0, 0, 2_000]);
    expect(bars.words).toBe("4 days: 1 min 01 s active, 2 s idle");
    expect(dayBars([]).days).toEqual([]);
    const units = [1_000, 118_999, 119_000, 7_198_999, 7_199_000].map(
      (ms) => dayBars([row("2026-11-20", ms)]).unit.name,
    );
    expect(units).toEqual(["s", "s", "min", "min", "h"]);
  });
});

describe("rules", () => {
  const set = readRuleSet({
    id: "1",
    name: "Cards",
    text: "[[rule]]",
    everyone: false,
    groups: ["b", "a"],
    author: "root",
    at: "2026-11-23T00:00:00Z",
    version: 2,
    rules: [{ name: "card form", does: ["tag"] }],
    workstations: 3,
    holding: 1,
  });

  test("are the same whatever the order of their groups", () => {
    expect(sameDraft(draftOf(set), { ...draftOf(set), groups: ["a", "b"] })).toBe(true);
    expect(sameDraft(draftOf(set), { ...draftOf(set), everyone: true })).toBe(false);
  });

  test("say whom they are for", () => {
    expect(rolledOutText(draftOf(set), (id) => id.toUpperCase())).toBe("B, A");
    expect(rolledOutText({ ...draftOf(set), everyone: true }, String)).toBe("Every workstation");
    expect(rolledOutText(NEW_RULES, String)).toBe("Nobody: a draft");
  });

  test("a line is where its text is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{0,5}$/), { minLength: 1, maxLength: 9 }),
        fc.nat(12),
        (lines, at) => {
          const text = lines.join("\n");
          const [from, to] = lineSpan(text, at);
          expect(text.slice(from, to)).toBe(lines[Math.min(Math.max(1, at), lines.length) - 1]);
        },
      ),
    );
  });
});
