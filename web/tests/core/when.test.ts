import { describe, expect, test } from "vitest";
import { dayByKey, dayKey, daysBetween, monthsOn, weeksOf } from "../../src/core/calendar.ts";
import { parseWhen, rangeOf, rangeText, whenName, whenText } from "../../src/core/when.ts";

/** A Monday, in the middle of the day, in whatever zone the tests run. */
const NOW = new Date(2026, 10, 23, 12, 30);
const day = (year: number, month: number, date: number): Date => new Date(year, month - 1, date);
const days = (from: Date, to: Date) => ({ from, to });

describe("times in words", () => {
  test.each([
    ["today", days(day(2026, 11, 23), day(2026, 11, 24))],
    ["Yesterday", days(day(2026, 11, 22), day(2026, 11, 23))],
    ["last Tuesday", days(day(2026, 11, 17), day(2026, 11, 18))],
    ["tue", days(day(2026, 11, 17), day(2026, 11, 18))],
    ["last monday", days(day(2026, 11, 16), day(2026, 11, 17))],
    ["Sunday", days(day(2026, 11, 22), day(2026, 11, 23))],
    ["this week", days(day(2026, 11, 23), day(2026, 11, 30))],
    ["last week", days(day(2026, 11, 16), day(2026, 11, 23))],
    ["last month", days(day(2026, 10, 1), day(2026, 11, 1))],
    ["last 7 days", days(day(2026, 11, 17), day(2026, 11, 24))],
    ["17 Nov", days(day(2026, 11, 17), day(2026, 11, 18))],
    ["24 dec", days(day(2025, 12, 24), day(2025, 12, 25))],
    ["1 March 2026", days(day(2026, 3, 1), day(2026, 3, 2))],
    ["2026-02-28", days(day(2026, 2, 28), day(2026, 3, 1))],
    ["monday to wednesday", days(day(2026, 11, 16), day(2026, 11, 19))],
    ["1 nov – 3 nov", days(day(2026, 11, 1), day(2026, 11, 4))],
  ])("%s", (text, range) => {
    expect(parseWhen(text, NOW)).toEqual(range);
  });

  const at = (date: number, hour: number, minute: number, second = 0): Date =>
    new Date(2026, 10, date, hour, minute, second);

  test.each([
    ["9:05", days(at(23, 9, 5), at(23, 9, 6))],
    ["14:00", days(at(22, 14, 0), at(22, 14, 1))],
    ["12:00:07", days(at(23, 12, 0, 7), at(23, 12, 0, 8))],
    ["yesterday 14:00", days(at(22, 14, 0), at(22, 14, 1))],
    ["17 nov 23:59", days(at(17, 23, 59), at(18, 0, 0))],
    ["yesterday 14:00 to 14:30", days(at(22, 14, 0), at(22, 14, 31))],
    ["Fri 22:00 – Sat 2:00", days(at(20, 22, 0), at(21, 2, 1))],
    ["today 8:00 to today", days(at(23, 8, 0), at(24, 0, 0))],
  ])("of day: %s", (text, range) => {
    expect(parseWhen(text, NOW)).toEqual(range);
    expect(whenName(text, NOW)).toBeNull();
  });

  test("open ends", () => {
    expect(parseWhen("since yesterday", NOW)).toEqual({ from: day(2026, 11, 22), to: null });
    expect(parseWhen("last 3 hours", NOW)).toEqual({ from: new Date(2026, 10, 23, 9, 30), to: null });
  });

  test.each([
    "",
    "soon",
    "31 Feb",
    "2026-13-01",
    "wednesday to monday to friday",
    "since soon",
    "last 1000 days",
    "t",
    "24:00",
    "9:60",
    "soon 9:00",
    "14:30 to 14:00",
  ])("%s is not understood", (text) => {
    expect(parseWhen(text, NOW)).toBeNull();
  });

  test("what moves with the day has a name for the address, what does not has none", () => {
    expect(whenName("Last  Tuesday", NOW)).toBe("last-tuesday");
    expect(whenName("tue", NOW)).toBe("last-tuesday");
    expect(whenName("last 3 hours", NOW)).toBe("last-3-hours");
    expect(whenName("this week", NOW)).toBe("this-week");
    expect(whenName("17 nov", NOW)).toBeNull();
    expect(whenName("monday to wednesday", NOW)).toBeNull();
    expect(rangeOf("last-tuesday", NOW)).toEqual(parseWhen("last tuesday", NOW));
    expect(rangeOf("nonsense", NOW)).toBeNull();
    expect(whenText("last-tuesday")).toBe("Last Tuesday");
  });

  test("a stretch in words", () => {
    expect(rangeText(days(day(2026, 11, 17), day(2026, 11, 18)), "en-GB")).toBe("17 Nov 2026");
    expect(rangeText(days(day(2026, 11, 17), day(2026, 11, 19)), "en-GB")).toBe("17 Nov 2026 – 18 Nov 2026");
    expect(rangeText({ from: day(2026, 11, 17), to: null }, "en-GB")).toBe("Since 17 Nov 2026");
    expect(rangeText({ from: null, to: day(2026, 11, 17) }, "en-GB")).toBe("Until 16 Nov 2026");
    expect(rangeText({ from: null, to: null })).toBe("Any time");
    expect(rangeText({ from: new Date(2026, 10, 17, 9, 5), to: null }, "en-GB")).toBe("17 Nov, 09:05 – …");
  });
});

describe("the calendar", () => {
  test("weeks begin on Monday and hold the whole month", () => {
    const november = weeksOf(day(2026, 11, 23));
    expect(november.map((week) => week.length)).toEqual([7, 7, 7, 7, 7, 7]);
    expect(dayKey(november[0]?.[0] as Date)).toBe("2026-10-26");
    expect(weeksOf(day(2027, 2, 1))).toHaveLength(4);
  });

  test("keys walk over the ends of months", () => {
    expect(dayByKey(day(2026, 11, 1), "ArrowLeft")).toEqual(day(2026, 10, 31));
    expect(dayByKey(day(2026, 11, 30), "ArrowDown")).toEqual(day(2026, 12, 7));
    expect(dayByKey(day(2026, 1, 31), "PageDown")).toEqual(day(2026, 2, 28));
    expect(dayByKey(day(2026, 1, 31), "x")).toBeNull();
    expect(monthsOn(day(2026, 12, 31), 1)).toEqual(day(2027, 1, 1));
  });

  test("two days in either order are one stretch", () => {
    const stretch = daysBetween(day(2026, 11, 19), day(2026, 11, 17));
    expect(stretch).toEqual(days(day(2026, 11, 17), day(2026, 11, 20)));
  });
});
