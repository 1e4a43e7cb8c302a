/** What the agent's own page says. */

import { describe, expect, test } from "vitest";
import { PlayheadError } from "../../src/core/failure.ts";
import {
  byDay,
  extentText,
  lookText,
  ongoing,
  readMine,
  type Watch,
  watchersText,
  whyText,
} from "../../src/core/mine.ts";

const RECORDING = {
  id: "r-1",
  workstation: { id: "ws-01", name: "ws-01" },
  agent: "alice",
  state: "complete",
  startedAt: "2026-11-23T05:00:00Z",
  endedAt: "2026-11-23T05:10:00Z",
  durationMs: 600_000,
  bytes: 1,
  gaps: 0,
  live: false,
  progressAgeMs: null,
  why: "continuous",
  watched: [{ by: "kim", at: "2026-11-23T06:00:00Z", fromMs: 750_000, how: "played" }],
};

const watch = (by: string, minute: number, how: Watch["how"] = "played"): Watch => ({
  by,
  at: new Date(minute * 60_000),
  fromMs: null,
  how,
});

test("the page is read", () => {
  const page = readMine({ items: [RECORDING], next: null }, 0);
  expect(page.items[0]?.watched[0]?.by).toBe("kim");
  expect(() => readMine({ items: [{ ...RECORDING, watched: [{ by: "kim", how: "guessed" }] }] }, 0)).toThrow(
    PlayheadError,
  );
});

test("what is being recorded now is found", () => {
  const page = readMine({ items: [RECORDING, { ...RECORDING, id: "r-2", state: "recording" }], next: null }, 0);
  expect(ongoing(page.items)?.recording.id).toBe("r-2");
  expect(ongoing(page.items.slice(0, 1))).toBeNull();
});

test("the list falls into days", () => {
  const at = (id: string, startedAt: string) => ({ ...RECORDING, id, startedAt });
  const items = readMine(
    { items: [at("a", "2026-11-23T12:00:00Z"), at("b", "2026-11-23T11:00:00Z"), at("c", "2026-11-21T12:00:00Z")] },
    0,
  ).items;
  expect(byDay(items, new Date("2026-11-24T12:00:00Z"), "en").map((day) => day.items.length)).toEqual([2, 1]);
});

describe("words", () => {
  test.each([
    ["continuous", "Recording here runs all the time."],
    ["ordered by kim", "kim started it."],
    ["", "The reason was not written down."],
    ["quality_campaign", "Quality campaign."],
  ])("why %j", (why, words) => {
    expect(whyText(why)).toBe(words);
  });

  test.each([
    [[], "Nobody has watched it."],
    [[watch("alice", 1)], "Nobody but you has watched it."],
    [[watch("kim", 1), watch("kim", 2)], "kim watched it."],
    [[watch("kim", 1), watch("alice", 2)], "kim watched it, and so did you."],
    [[watch("kim", 1), watch("lee", 2), watch("max", 3)], "max, lee and kim watched it."],
    [[1, 2, 3, 4].map((at) => watch(`p${at}`, at)), "p4, p3 and 2 others watched it."],
  ])("watched %#", (watched, words) => {
    expect(watchersText(watched, "alice")).toBe(words);
  });

  test("how somebody saw it", () => {
    expect(lookText({ ...watch("kim", 1), fromMs: 750_000 })).toBe("played it from 12:30 on");
    expect(lookText({ ...watch("kim", 1), fromMs: 0 })).toBe("played it");
    expect(lookText(watch("kim", 1, "live"))).toBe("watched while it was recorded");
    expect(lookText(watch("kim", 1, "exported"))).toBe("downloaded it");
  });

  test("how much there is, and what is missing", () => {
    const item = (gaps: number) =>
      readMine({ items: [{ ...RECORDING, gaps }], next: null }, 0).items[0] as ReturnType<typeof readMine>["items"][0];
    expect(extentText(item(0))).toBe("10 min 00 s");
    expect(extentText(item(1))).toBe("10 min 00 s, with one gap");
    expect(extentText(item(2))).toBe("10 min 00 s, with 2 gaps");
  });
});
