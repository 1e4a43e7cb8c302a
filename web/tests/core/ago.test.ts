/** Instants as people say them. */

import { expect, test } from "vitest";
import { agoText, shortWhenText, sinceText, untilText, whenText } from "../../src/core/ago.ts";

const NOW = new Date(2026, 10, 23, 12, 0, 0);
const before = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);

test.each([
  [-5, "just now"],
  [59, "just now"],
  [60, "1 min ago"],
  [3_599, "59 min ago"],
  [3_600, "1 h ago"],
  [86_399, "23 h ago"],
  [86_400, "yesterday"],
  [5 * 86_400, "18 Nov"],
  [365 * 86_400, "23 Nov 2025"],
])("%d s ago is %s", (seconds, words) => {
  expect(agoText(before(seconds), NOW, "en-GB")).toBe(words);
});

test.each([
  [0, "1 min"],
  [61, "2 min"],
  [3_600, "60 min"],
  [3_601, "2 h"],
  [172_801, "3 days"],
])("in %d s is %s", (seconds, words) => {
  expect(untilText(before(-seconds), NOW)).toBe(words);
});

test("a moment has its day and time", () => {
  expect(whenText(before(3_600), NOW, false, "en-GB")).toBe("Today, 11:00");
  expect(whenText(before(90_000), NOW, true, "en-GB")).toBe("Yesterday, 11:00:00");
  expect(shortWhenText(before(3_600), NOW, "en-GB")).toBe("Today, 11:00");
  expect(shortWhenText(before(5 * 86_400), NOW, "en-GB")).toBe("18 Nov, 12:00");
  expect(sinceText(before(3_600), NOW, "en-GB")).toBe("today, 11:00");
});
