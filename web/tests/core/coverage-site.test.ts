/** The ledger of coverage as pages read, order and draw it. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  coverageParams,
  daysOn,
  dayTitle,
  dayWords,
  faultMs,
  groupOf,
  heldInPlace,
  inCoverageOrder,
  misplaced,
  readCoverageFilter,
  recordingAround,
  sharesOf,
  shareText,
  stateWords,
} from "../../src/core/coverage-words.ts";
import { PlayheadError } from "../../src/core/failure.ts";
import { type RecordingItem, readRecording } from "../../src/core/library.ts";
import { KINDS, kindLabel, lookOf, REASONS, reasonText, weightOf } from "../../src/core/reasons.ts";
import {
  readDays,
  readLedger,
  readNow,
  readPresent,
  readSiteDay,
  type StripSpan,
  type WorkstationDay,
  withPresent,
} from "../../src/core/site-coverage.ts";
import { busyWindow, hourMarks, missingSpans, momentOfDay, spanAt, stripPaths } from "../../src/core/strip.ts";

const HOUR = 3_600_000;

function day(workstation: string, facts: Partial<WorkstationDay> = {}): WorkstationDay {
  return {
    workstation,
    agent: `Agent ${workstation}`,
    state: "recording",
    covered: true,
    code: null,
    since: null,
    alarm: false,
    dueMs: 8 * HOUR,
    keptMs: 8 * HOUR,
    missing: [],
    strip: [],
    ...facts,
  };
}

const alarming = (workstation: string): WorkstationDay =>
  day(workstation, { covered: false, code: "disk_full", alarm: true, state: "disk_full" });

describe("reasons", () => {
  test("every reason has words, a label and a look of its own height or colour", () => {
    for (const code of REASONS) {
      expect(reasonText(code)).not.toBe(code.replaceAll("_", " "));
      expect(kindLabel(code)).not.toBe("");
    }
    expect(new Set(KINDS.map(kindLabel)).size).toBe(KINDS.length);
  });

  test("what should not have been is broken in the middle, whatever its colour", () => {
    for (const code of REASONS) expect(lookOf(code).broken, code).toBe(weightOf(code) === "fault");
  });

  test("codes of the player, and unknown ones, have words as well", () => {
    expect(reasonText("corrupt")).toBe("the recorded bytes are damaged");
    expect(reasonText("solar_flare")).toBe("solar flare");
  });
});

describe("reading", () => {
  const item = {
    workstation: "ws-01",
    agent: "Alice",
    state: "locked",
    covered: false,
    code: "locked",
    since: "2026-11-23T09:00:00Z",
    alarm: false,
    dueMs: 10,
    keptMs: 6,
    missing: [{ code: "locked", ms: 4 }],
    strip: [{ fromMs: 0, toMs: 6, kind: "kept" }],
  };
  const site = {
    day: "2026-11-23",
    from: "2026-11-22T23:00:00Z",
    to: "2026-11-23T23:00:00Z",
    now: "2026-11-23T10:00:00Z",
    site: "berlin",
    timeZone: "Europe/Berlin",
    items: [item],
    next: null,
  };

  test("a day of the site, strictly", () => {
    const read = readSiteDay(site);
    expect(read.items[0]).toMatchObject({ workstation: "ws-01", code: "locked", covered: false });
    expect(read.items[0]?.since?.toISOString()).toBe("2026-11-23T09:00:00.000Z");
    for (const broken of [
      { ...item, code: "bored" },
      { ...item, strip: [{ fromMs: 0, toMs: 1, kind: "lost" }] },
      { ...item, alarm: null },
      { ...item, since: "yesterday" },
    ]) {
      expect(() => readSiteDay({ ...site, items: [broken] })).toThrow(PlayheadError);
    }
  });

  test("nothing due now is neither covered nor uncovered", () => {
    const [read] = readSiteDay({ ...site, items: [{ ...item, covered: null, code: null, since: null }] }).items;
    expect([read?.covered, read?.code, read?.since]).toEqual([null, null, null]);
  });

  test("who is covered now, the days of one workstation, and a recording's account", () => {
    const alarm = { workstation: "w", agent: "", code: "killed", since: "2026-11-23T09:00:00Z", message: "gone" };
    expect(readNow({ covered: 1, excused: 2, uncovered: 1, alarms: [alarm] }).alarms[0]?.code).toBe("killed");
    expect(readDays({ items: [{ ...item, day: "2026-11-23" }] })[0]?.day).toBe("2026-11-23");
    const missing = [{ fromMs: 1, toMs: 5, code: "off" }];
    const ledger = { dueMs: 10, keptMs: 6, missing, byReason: [{ code: "off", ms: 4 }] };
    expect(readLedger(ledger)).toEqual(ledger);
    expect(() => readLedger({ ...ledger, byReason: null })).toThrow(PlayheadError);
  });
});

describe("words", () => {
  test.each([
    [0, 0, "–"],
    [10, 10, "100 %"],
    [9_999_999, 10_000_000, "> 99.9 %"],
    [1, 10_000_000, "< 0.1 %"],
    [0, 10, "0 %"],
    [882, 1_000, "88.2 %"],
  ])("%d of %d is %s", (part, whole, words) => {
    expect(shareText(part, whole)).toBe(words);
  });

  test("a share is never said to be all where anything is missing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e9 }), (missing, kept) => {
        expect(shareText(kept, kept + missing)).not.toBe("100 %");
      }),
    );
  });

  test("a day is one sentence, with the largest reason first", () => {
    const missing = [
      { code: "locked", ms: 10 * 60_000 },
      { code: "disk_full", ms: HOUR },
    ] as const;
    const words = dayWords({ dueMs: 8 * HOUR, keptMs: 8 * HOUR - 70 * 60_000, missing, strip: [] });
    expect(words).toBe("6 h 50 min of 8 h 00 min recorded. Missing: disk full 1 h 00 min, locked 10 min 00 s.");
    expect(dayWords(day("w"))).toBe("8 h 00 min of 8 h 00 min recorded. Nothing is missing.");
    expect(dayWords(day("w", { dueMs: 0, keptMs: 0 }))).toBe("Nothing was to be recorded.");
  });

  test("shares are of all workstations together; only faults are counted as such", () => {
    const one = day("a", { keptMs: HOUR, missing: [{ code: "locked", ms: HOUR }] });
    const two = day("b", { keptMs: HOUR, missing: [{ code: "killed", ms: 3 * HOUR }] });
    expect(sharesOf([one, two])).toEqual([
      { kind: "kept", ms: 2 * HOUR },
      { kind: "killed", ms: 3 * HOUR },
      { kind: "locked", ms: HOUR },
    ]);
    expect(faultMs([...one.missing, ...two.missing])).toBe(3 * HOUR);
  });

  test("recorded is said only of what the server says is covered", () => {
    expect(stateWords(day("w"))).toEqual({ tone: "accent", text: "Recorded" });
    expect(stateWords(alarming("w"))).toEqual({ tone: "live", text: "Disk full" });
    expect(stateWords(day("w", { covered: false, code: "locked" })).tone).toBe("neutral");
    expect(stateWords(day("w", { covered: false, code: "unknown", state: "offline", alarm: true }))).toEqual({
      tone: "live",
      text: "Not connected",
    });
    expect(stateWords(day("w", { covered: null }))).toEqual({ tone: "neutral", text: "Nothing due" });
  });

  test("days are named by their distance from the site's today", () => {
    expect(dayTitle("2026-11-23", "2026-11-23")).toBe("Today");
    expect(dayTitle("2026-10-31", "2026-11-01")).toBe("Yesterday");
    expect(dayTitle("2026-11-20", "2026-11-23", "en-GB").replace(",", "")).toBe("Friday 20 November 2026");
    expect(daysOn("2026-03-29", 1)).toBe("2026-03-30");
  });
});

describe("order", () => {
  const rows = [day("ws-10"), day("ws-9"), alarming("ws-3"), day("ws-4", { covered: false, code: "locked" })];

  test("alarms first, then by name with numbers by their value", () => {
    expect(inCoverageOrder(rows, true).map((one) => one.workstation)).toEqual(["ws-3", "ws-4", "ws-9", "ws-10"]);
  });

  test("of a day that is over, what is missing counts", () => {
    expect(groupOf(day("a", { missing: [{ code: "killed", ms: HOUR }] }), false)).toBe("faulty");
    expect(groupOf(day("a", { missing: [{ code: "locked", ms: HOUR }] }), false)).toBe("whole");
    expect(groupOf(day("a", { dueMs: 0 }), false)).toBe("idle");
  });

  test("while somebody reads, rows change where they are, and those who are new come behind", () => {
    const shown = inCoverageOrder(rows, true);
    const later = [day("ws-3"), alarming("ws-9"), day("ws-10"), alarming("ws-1")];
    const held = heldInPlace(shown, later, true);
    expect(held.map((one) => [one.workstation, one.group])).toEqual([
      ["ws-3", "alarm"],
      ["ws-1", "alarm"],
      ["ws-9", "covered"],
      ["ws-10", "covered"],
    ]);
    expect(held[0]?.alarm).toBe(false);
    expect(misplaced(held, true)).toBe(2);
    expect(misplaced(inCoverageOrder(held, true), true)).toBe(0);
  });

  test("no row is lost or doubled, and each group stays in one piece", () => {
    const some = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.boolean()), { selector: ([at]) => at });
    const made = (from: readonly (readonly [number, boolean])[]): WorkstationDay[] =>
      from.map(([at, bad]) => (bad ? alarming(`ws-${at}`) : day(`ws-${at}`)));
    fc.assert(
      fc.property(some, some, (before, after) => {
        const held = heldInPlace(inCoverageOrder(made(before), true), made(after), true);
        expect(held.map((one) => one.workstation).sort()).toEqual(after.map(([at]) => `ws-${at}`).sort());
        const changes = held.filter((one, at) => one.group !== held[at - 1]?.group).length;
        expect(changes).toBe(new Set(held.map((one) => one.group)).size);
      }),
    );
  });
});

describe("a change that the feed tells", () => {
  test("is in its row at once, and in no other", () => {
    const shown = inCoverageOrder([day("ws-1"), day("ws-2")], true);
    const change = readPresent({
      workstation: "ws-2",
      agent: "Agent ws-2",
      state: "disk_full",
      covered: false,
      code: "disk_full",
      since: "2026-11-23T09:00:00Z",
      alarm: true,
      message: "Its disk is full.",
    });
    const after = withPresent(shown, change);
    expect(after[0]).toBe(shown[0]);
    expect(after[1]).toMatchObject({ alarm: true, group: "covered", dueMs: 8 * HOUR });
    expect(misplaced(after, true)).toBe(1);
    expect(withPresent(shown, { ...change, workstation: "ws-9" })).toBe(shown);
  });
});

describe("the address", () => {
  test("says what the page is narrowed to; what it cannot mean narrows nothing", () => {
    const filter = { day: "2026-11-20", site: "berlin", search: "alice", problems: true };
    expect(readCoverageFilter(coverageParams(filter).toString())).toEqual(filter);
    expect(readCoverageFilter("day=tomorrow&problem=maybe")).toEqual({
      day: null,
      site: null,
      search: "",
      problems: false,
    });
    expect(coverageParams({ day: null, site: null, search: "", problems: false }).size).toBe(0);
  });
});

describe("strips", () => {
  const spans: readonly StripSpan[] = [
    { fromMs: 8 * HOUR, toMs: 12 * HOUR, kind: "kept" },
    { fromMs: 12 * HOUR, toMs: 12 * HOUR + 2_000, kind: "killed" },
    { fromMs: 12 * HOUR + 2_000, toMs: 16 * HOUR, kind: "kept" },
    { fromMs: 16 * HOUR, toMs: 17 * HOUR, kind: "locked" },
  ];

  test("one path for each kind; what is missing lies over what is there", () => {
    const paths = stripPaths(spans);
    expect(paths.map((one) => one.kind)).toEqual(["kept", "locked", "killed"]);
    expect(paths[0]?.path).toBe("M28800 0H43200V24H28800zM43202 0H57600V24H43202z");
    expect(paths[1]?.path).toBe("M57600 14H61200V24H57600z");
    expect(paths[2]?.path).toBe("M43200 0H43202V9H43200zM43200 15H43202V24H43200z");
  });

  test("a pointer finds what is too narrow to be hit", () => {
    expect(spanAt(spans, 10 * HOUR)?.kind).toBe("kept");
    expect(spanAt(spans, 12 * HOUR - 60_000, 90_000)?.kind).toBe("killed");
    expect(spanAt(spans, 12 * HOUR - 60_000)?.kind).toBe("kept");
    expect(spanAt(spans, 20 * HOUR, 90_000)).toBeNull();
  });

  test("what is missing is listed in order, and what touches is one", () => {
    const split: StripSpan = { fromMs: 17 * HOUR, toMs: 18 * HOUR, kind: "locked" };
    expect(missingSpans([split, ...spans])).toEqual([spans[1], { fromMs: 16 * HOUR, toMs: 18 * HOUR, kind: "locked" }]);
  });

  test("hours are those of the site, also where clocks are set", () => {
    const spring = hourMarks(new Date("2026-03-28T23:00:00Z"), new Date("2026-03-29T22:00:00Z"), "Europe/Berlin", 3);
    expect(spring.map((one) => [one.atMs / HOUR, one.text])).toEqual([
      [0, "0"],
      [2, "3"],
      [5, "6"],
      [8, "9"],
      [11, "12"],
      [14, "15"],
      [17, "18"],
      [20, "21"],
    ]);
    const autumn = hourMarks(new Date("2026-10-24T22:00:00Z"), new Date("2026-10-25T23:00:00Z"), "Europe/Berlin", 1);
    expect(autumn.filter((one) => one.text === "2")).toHaveLength(1);
    expect(momentOfDay(new Date("2026-10-24T22:00:00Z"), 4 * HOUR, "Europe/Berlin", false, "en-GB")).toBe("03:00");
  });

  test("a zone that the browser does not know is the reader's own", () => {
    expect(hourMarks(new Date(2026, 0, 1), new Date(2026, 0, 2), "Mars/Olympus", 6)).toHaveLength(4);
  });

  test("only the hours in which anything is to be seen are drawn, and now is one of them", () => {
    const marks = hourMarks(new Date("2026-11-23T00:00:00Z"), new Date("2026-11-24T00:00:00Z"), "UTC", 3);
    expect(busyWindow([spans], 24 * HOUR, null, marks)).toEqual({ fromMs: 6 * HOUR, toMs: 18 * HOUR });
    expect(busyWindow([spans], 24 * HOUR, 19 * HOUR, marks)).toEqual({ fromMs: 6 * HOUR, toMs: 21 * HOUR });
    expect(busyWindow([spans], 24 * HOUR, 23 * HOUR, marks)).toEqual({ fromMs: 6 * HOUR, toMs: 24 * HOUR });
    expect(busyWindow([[]], 24 * HOUR, 9 * HOUR, marks)).toEqual({ fromMs: 0, toMs: 24 * HOUR });
  });
});

describe("links into recordings", () => {
  const from = new Date("2026-11-23T00:00:00Z");
  const recording = (id: string, startHour: number, hours: number): RecordingItem =>
    readRecording(
      {
        id,
        workstation: { id: "w", name: "w" },
        agent: "",
        state: "complete",
        startedAt: new Date(from.getTime() + startHour * HOUR).toISOString(),
        durationMs: hours * HOUR,
        bytes: 0,
        gaps: 0,
      },
      0,
    );
  const around = [recording("morning", 8, 4), recording("noon", 13, 4)];

  test("lead to a little before the gap, in the recording that it lies in", () => {
    const gap: StripSpan = { fromMs: 14 * HOUR, toMs: 15 * HOUR, kind: "killed" };
    expect(recordingAround(around, from, gap)).toEqual({ id: "noon", momentUs: (HOUR - 3_000) * 1000 });
    const first: StripSpan = { fromMs: 7 * HOUR, toMs: 9 * HOUR, kind: "off" };
    expect(recordingAround(around, from, first)).toEqual({ id: "morning", momentUs: 0 });
  });

  test("there is none between two recordings", () => {
    expect(recordingAround(around, from, { fromMs: 12 * HOUR, toMs: 13 * HOUR, kind: "locked" })).toBeNull();
  });
});
