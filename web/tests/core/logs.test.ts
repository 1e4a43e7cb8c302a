/** Lines of the logs: read, narrowed, in the address, in words, and held in a list that is bounded. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brief } from "../../src/core/brief.ts";
import { PlayheadError } from "../../src/core/failure.ts";
import {
  type RaisedLog,
  raisedHint,
  raisedTitle,
  readRaisedLogs,
  targetOf,
  targetText,
} from "../../src/core/log-levels.ts";
import {
  belonging,
  LINES_MAX,
  listOf,
  merged,
  NONE_WAITING,
  waitingText,
  withNewer,
  withOlder,
  withWaiting,
} from "../../src/core/log-list.ts";
import {
  byField,
  holds,
  isIdle,
  levelText,
  lineTime,
  logChips,
  recordingOf,
  shownFields,
  sinceFirst,
  toggledBy,
  toneOf,
  withoutField,
  workstationText,
} from "../../src/core/log-words.ts";
import {
  goesOn,
  LEVELS,
  type LogFilter,
  type LogLine,
  type LogPage,
  linesAround,
  logsAddress,
  logsQuery,
  logsRequest,
  NO_LOG_FILTER,
  newestFirst,
  placeAfter,
  placeOf,
  readLogLine,
  readLogPage,
  readLogsPlace,
} from "../../src/core/logs.ts";

const RECORDING = "0190f1d2-7a31-7c44-9b1e-2d1f0a7c9e11";
const ITEM = {
  id: "2026-11-23T14:03:12.000345Z.17",
  at: "2026-11-23T14:03:12.000345Z",
  level: "warning",
  workstation: "desk-7",
  proven: true,
  address: "",
  service: "shipper",
  process: "",
  interaction: RECORDING,
  text: "premises not reached",
  receivedAt: null,
  saidAt: "2026-11-23T14:01:00Z",
  fields: { recording: RECORDING, code: "net.timeout" },
};
const LINE = readLogLine(ITEM);

/** A line of a moment, in microseconds of a minute, with a number. */
function line(us: number, n = us): LogLine {
  const at = `2026-11-23T14:03:${String(Math.floor(us / 1e6)).padStart(2, "0")}.${String(us % 1e6).padStart(6, "0")}Z`;
  return { ...LINE, id: `${at}.${n}`, at: new Date(at) };
}

const numbers = (lines: readonly LogLine[]): (number | undefined)[] => lines.map((one) => placeOf(one.id)?.[1]);
const page = (lines: readonly LogLine[], next: string | null = null): LogPage => ({ lines, next, searchedTo: null });
const down = (from: number, to: number): LogLine[] => Array.from({ length: from - to + 1 }, (_, at) => line(from - at));

describe("a line", () => {
  test("is read, and what is no line is named", () => {
    expect(LINE).toMatchObject({ level: "warning", proven: true, receivedAt: null, text: "premises not reached" });
    expect(LINE.fields).toEqual([
      ["recording", RECORDING],
      ["code", "net.timeout"],
    ]);
    expect(readLogPage({ items: [ITEM], next: null, searchedTo: ITEM.at }).searchedTo).toEqual(LINE.at);
    for (const broken of [{ level: "loud" }, { at: "noon" }, { fields: [] }, { fields: { a: 1 } }]) {
      expect(() => readLogLine({ ...ITEM, ...broken })).toThrow(PlayheadError);
    }
  });

  test("stands in true order: by its instant to the microsecond, then by its number", () => {
    const lines = [line(3, 1), line(1, 9), line(3, 2), line(20_000_000, 0)];
    expect(numbers([...lines].sort(newestFirst))).toEqual([0, 2, 1, 9]);
    expect(newestFirst(LINE, LINE)).toBe(0);
    expect(placeAfter(ITEM.id)).toBe("2026-11-23T14:03:12.000345Z.18");
    expect(placeOf("yesterday.1")).toBeNull();
  });

  test("says what it is about and when", () => {
    expect(recordingOf(LINE)).toBe(RECORDING);
    expect(recordingOf({ ...LINE, fields: [], interaction: "call-1" })).toBeNull();
    expect(recordingOf({ ...LINE, fields: [] })).toBe(RECORDING);
    expect(shownFields(LINE)).toEqual([["code", "net.timeout"]]);
    expect(brief(RECORDING, 4)).toBe("0190…7c9e11");
    expect(brief("call-1")).toBe("call-1");
    expect(lineTime(new Date(2026, 10, 23, 0, 3, 12, 45), "en")).toBe("00:03:12.045");
    expect(sinceFirst(line(61_250_000 % 60_000_000), line(0))).toBe("+1.250 s");
    expect(sinceFirst({ ...LINE, at: new Date(83_004) }, { ...LINE, at: new Date(0) })).toBe("+1:23.004");
    expect(workstationText("")).toBe("This server");
  });

  test("of every level has a tone, and the level is a bound", () => {
    expect(LEVELS.map(toneOf)).toEqual(["bad", "bad", "bad", "bad", "warn", "notice", "plain", "faint"]);
    expect([levelText("debug"), levelText("error"), levelText("emergency")]).toEqual([
      "Everything",
      "Error and worse",
      "Emergency",
    ]);
  });
});

const FILTER: LogFilter = {
  ...NO_LOG_FILTER,
  when: "last-15-minutes",
  workstation: "",
  service: "shipper",
  level: "error",
  q: "code=net.timeout",
  interaction: "call 1",
};

describe("what lines are narrowed to", () => {
  test("stands in the address, with the line that is open, and comes back from it", () => {
    const address = logsAddress(FILTER, LINE.id);
    expect(readLogsPlace(address.slice("/logs?".length))).toEqual({ filter: FILTER, line: LINE.id });
    expect(logsAddress(NO_LOG_FILTER)).toBe("/logs");
    fc.assert(
      fc.property(
        fc.record({
          workstation: fc.option(fc.string({ maxLength: 20 })),
          service: fc.option(fc.string({ maxLength: 20 })),
          level: fc.constantFrom(...LEVELS),
          q: fc.string({ maxLength: 20 }).map((text) => text.trim()),
          interaction: fc.string({ maxLength: 20 }),
        }),
        (some) => {
          const filter = { ...NO_LOG_FILTER, ...some };
          expect(readLogsPlace(logsQuery(filter)).filter).toEqual(filter);
        },
      ),
    );
  });

  test("is nothing where the address is not understood", () => {
    const odd = readLogsPlace(`level=loud&when=%00&from=noon&line=x&q=${"x".repeat(300)}`);
    expect(odd).toEqual({ filter: { ...NO_LOG_FILTER, q: "x".repeat(256) }, line: null });
  });

  test("is asked for with instants, and goes on while they lie ahead", () => {
    const now = new Date("2026-11-23T14:00:00Z");
    const asked = logsRequest(FILTER, now);
    expect(asked.get("from")).toBe("2026-11-23T13:45:00.000Z");
    expect(asked.get("workstation")).toBe("");
    expect(asked.has("when")).toBe(false);
    expect(goesOn(FILTER, now)).toBe(true);
    expect(goesOn({ ...FILTER, when: "today" }, now)).toBe(true);
    expect(goesOn({ ...FILTER, when: "yesterday" }, now)).toBe(false);
    expect(goesOn({ ...FILTER, when: null, to: now.toISOString() }, now)).toBe(false);
  });

  test("is in chips, each of which can be taken off", () => {
    const chips = logChips(FILTER, "en");
    expect(chips.map((one) => one.text)).toEqual([
      "Last 15 minutes",
      "Error and worse",
      "This server",
      "shipper",
      "call 1",
    ]);
    expect(chips.reduce((rest, { field }) => withoutField(rest, field), FILTER)).toEqual({
      ...NO_LOG_FILTER,
      q: FILTER.q,
    });
  });

  test("a click on a value narrows to it, and another takes that off", () => {
    const once = toggledBy(NO_LOG_FILTER, { workstation: "" });
    expect(once.workstation).toBe("");
    expect(holds(once, { workstation: "" })).toBe(true);
    expect(toggledBy(once, { workstation: "desk-7" }).workstation).toBe("desk-7");
    expect(toggledBy(once, { workstation: "" })).toEqual(NO_LOG_FILTER);
    expect([isIdle({ level: "debug" }), isIdle({ level: "info" })]).toEqual([true, false]);
    expect(byField("code", "net.timeout")).toEqual({ q: "code=net.timeout" });
    expect(byField("error", "x".repeat(256))).toBeNull();
  });

  test("around what is missing: a minute before and after, and of what lasted how it began", () => {
    const from = Date.parse("2026-11-23T14:00:00Z");
    const bounds = (address: string): (string | null)[] => {
      const params = new URLSearchParams(address.slice("/logs?".length));
      return [params.get("workstation"), params.get("from"), params.get("to")];
    };
    expect(bounds(linesAround("desk-7", from, from + 5_000))).toEqual([
      "desk-7",
      "2026-11-23T13:59:00.000Z",
      "2026-11-23T14:01:05.000Z",
    ]);
    expect(bounds(linesAround("desk-7", from, from + 36_000_000))[2]).toBe("2026-11-23T14:11:00.000Z");
  });
});

describe("a log that says more", () => {
  const raisedLogs = readRaisedLogs({
    items: [
      {
        kind: "workstation",
        name: "desk-7",
        level: "debug",
        by: "sam",
        reason: "",
        since: ITEM.at,
        until: ITEM.at,
        state: "waiting",
        problem: "Workstation desk-7 is not connected.",
      },
    ],
    services: ["premises", "screen"],
  });

  test("is that of a line's workstation, or of a part of the server", () => {
    const of = (workstation: string, service: string) => targetOf({ workstation, service }, raisedLogs.services);
    expect(of("desk-7", "screen")).toEqual({ kind: "workstation", name: "desk-7" });
    expect(targetText(of("", "screen"))).toBe("Service screen");
    expect(targetText(of("", "httpx"))).toBe("This server");
  });

  test("says so in words, however it stands", () => {
    const [one] = raisedLogs.items as [RaisedLog];
    expect(raisedHint(one)).toBe("Workstation desk-7 is not connected. By sam.");
    const titles = (["in_force", "waiting", "failed", "ending"] as const).map((state) =>
      raisedTitle({ ...one, state, until: new Date(2026, 10, 23, 16, 5) }, "en-GB"),
    );
    expect(titles).toEqual([
      "desk-7 says everything until 16:05.",
      "desk-7 says everything once it connects, until 16:05.",
      "desk-7 cannot say more.",
      "desk-7 no longer says more, once it connects.",
    ]);
    expect(() => readRaisedLogs({ items: [{ ...one, level: "error" }], services: [] })).toThrow(PlayheadError);
  });
});

describe("the list", () => {
  test("grows by pages at its end, each line once, and no further than it can be held", () => {
    const first = listOf(page(down(10_000, 9_000), "x"));
    const more = withOlder(first, page(down(9_001, 6_000), line(6_000).id));
    expect([more.lines.length, more.next, more.full]).toEqual([4_001, line(6_000).id, false]);
    const full = withOlder(more, page(down(5_999, 4_000), line(4_000).id));
    expect([full.lines.length, full.next, full.full]).toEqual([LINES_MAX, line(5_001).id, true]);
    const end = withOlder(more, page(down(5_999, 5_001)));
    expect([end.lines.length, end.next, end.full]).toEqual([LINES_MAX, null, false]);
  });

  test("takes what comes in true order, also what comes late, and lets go of the oldest", () => {
    const list = listOf(page([line(30), line(20), line(10)], line(10).id));
    const fresh = [line(40), line(25), line(20), line(5)];
    expect(numbers(belonging(list, fresh))).toEqual([40, 25, 20]);
    expect(numbers(withNewer(list, fresh).lines)).toEqual([40, 30, 25, 20, 10]);
    expect(withNewer(list, [line(20), line(5)])).toBe(list);
    expect(numbers(withNewer({ ...list, next: null }, fresh).lines)).toEqual([40, 30, 25, 20, 10, 5]);
    const long = listOf(page(down(LINES_MAX, 1)));
    const next = withNewer(long, [line(LINES_MAX + 2), line(LINES_MAX + 1)]);
    expect([next.lines.length, next.next, next.full]).toEqual([LINES_MAX, line(3).id, false]);
  });

  test("is the same however lines come: at once, one by one, or twice", () => {
    const numbersOf = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 60 });
    fc.assert(
      fc.property(numbersOf, numbersOf, (one, other) => {
        const lines = (from: readonly number[]): LogLine[] => from.map((us) => line(us)).sort(newestFirst);
        const all = lines([...new Set([...one, ...other])]);
        expect(merged(lines(one), lines(other))).toEqual(all);
        expect(merged(lines(one), lines([...other, ...other]))).toEqual(all);
        expect(lines(other).reduce((list, each) => merged(list, [each]), lines(one) as readonly LogLine[])).toEqual(
          all,
        );
      }),
    );
  });

  test("lets lines wait, counts them, and says when there are more", () => {
    const some = withWaiting(withWaiting(NONE_WAITING, [line(2)]), [line(3), line(2)]);
    expect([waitingText(NONE_WAITING), waitingText(some)]).toEqual(["", "2 new"]);
    const many = withWaiting(some, down(LINES_MAX + 10, 4));
    expect([many.lines.length, many.overflowed, waitingText(many)]).toEqual([LINES_MAX, true, "5,000+ new"]);
  });
});
