/** Times, keys, addresses, words, and the lists of the portal. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayRecord, readSession } from "../../src/core/access.ts";
import { PlayheadError, toFailure } from "../../src/core/failure.ts";
import { NO_FILTER } from "../../src/core/filter.ts";
import { idleStretches, savedUs, skipFrom } from "../../src/core/idle.ts";
import { commandOf, KEY_HELP, nextSpeed, SPEEDS } from "../../src/core/keys.ts";
import {
  lengthNow,
  liveness,
  PROGRESS_FRESH_MS,
  readPage,
  readRecording,
  readWorkstations,
} from "../../src/core/library.ts";
import { Line } from "../../src/core/line.ts";
import { reasonText } from "../../src/core/reasons.ts";
import { addressOf, parseRoute, type Route } from "../../src/core/route.ts";
import {
  bytesText,
  dayText,
  lengthText,
  momentText,
  parseMoment,
  positionText,
  spokenPosition,
} from "../../src/core/time.ts";
import { momentWords } from "../../src/core/words.ts";

const S = 1_000_000;

describe("times", () => {
  test.each([
    [-5, "0:00"],
    [59.999 * S, "0:59"],
    [61 * S, "1:01"],
    [3_600 * S, "1:00:00"],
    [36_061 * S, "10:01:01"],
  ])("position %d is %s", (positionUs, words) => {
    expect(positionText(positionUs)).toBe(words);
  });

  test("positions can show milliseconds", () => {
    expect(positionText(61.0425 * S, true)).toBe("1:01.042");
  });

  test.each([
    [400, "0 s"],
    [59_400, "59 s"],
    [60_000, "1 min 00 s"],
    [7_260_000, "2 h 01 min"],
  ])("length %d ms is %s", (ms, words) => {
    expect(lengthText(ms)).toBe(words);
  });

  test.each([
    [999, "999 B"],
    [1_000, "1.0 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [1.4e12, "1.4 TB"],
    [2e15, "2000 TB"],
  ])("%d bytes are %s", (bytes, words) => {
    expect(bytesText(bytes)).toBe(words);
  });

  test("spoken positions leave out what is nothing", () => {
    expect([0, 1, 60, 3_661].map((seconds) => spokenPosition(seconds * S))).toEqual([
      "0 seconds",
      "1 second",
      "1 minute",
      "1 hour 1 minute 1 second",
    ]);
  });

  test("days are named while they are near, whatever the time of day", () => {
    const now = new Date(2026, 10, 23, 0, 30);
    expect(dayText(new Date(2026, 10, 23, 0, 1), now)).toBe("Today");
    expect(dayText(new Date(2026, 10, 22, 23, 59), now)).toBe("Yesterday");
    expect(dayText(new Date(2026, 10, 17, 12, 0), now, "en")).toBe("Tuesday, November 17");
    expect(dayText(new Date(2026, 10, 16, 12, 0), now, "en")).toBe("Mon, November 16, 2026");
  });

  test.each([
    ["754.2", 754.2],
    ["0", 0],
    ["1h2m3.5s", 3_723.5],
    ["12m34s", 754],
    ["12m", 720],
    ["90s", 90],
    ["", null],
    ["-5", null],
    ["5x", null],
    ["1e9", null],
  ])("the moment %s", (text, seconds) => {
    expect(parseMoment(text)).toBe(seconds === null ? null : seconds * S);
  });

  test("a moment that is written is read back to the millisecond", () => {
    fc.assert(
      fc.property(fc.nat(1e12), (positionUs) => {
        expect(Math.abs((parseMoment(momentText(positionUs)) as number) - positionUs)).toBeLessThanOrEqual(500);
      }),
    );
  });
});

describe("addresses", () => {
  const routes: readonly Route[] = [
    { page: "recordings", filter: NO_FILTER },
    { page: "recordings", filter: { ...NO_FILTER, states: ["interrupted"], workstations: ["ws & co"] } },
    { page: "recording", id: "a/b?c", momentUs: null, range: null },
    { page: "recording", id: "x", momentUs: 754_200_000, range: { fromUs: 5_000_000, toUs: 9_500_000 } },
    { page: "live", query: "site=x" },
    { page: "people", section: "groups", id: null, query: "" },
    { page: "people", section: "users", id: "a/b", query: "q=1" },
    { page: "account" },
    { page: "coverage", workstation: null, query: "day=2026-11-23" },
    { page: "coverage", workstation: "ws/1", query: "" },
    { page: "quarantine" },
    { page: "retention" },
    { page: "sign-in", next: "/recordings" },
    { page: "sign-in", next: "/recordings/x?t=5" },
    { page: "components" },
  ];

  test.each(routes)("$page leads back to itself", (route) => {
    const url = new URL(addressOf(route), "http://host");
    expect(parseRoute(url.pathname, url.search)).toEqual(route);
  });

  test("the root is the library, anything else is unknown", () => {
    expect(parseRoute("/", "")).toEqual(routes[0]);
    expect(parseRoute("/recordings", "?state=loud")).toEqual(routes[0]);
    expect(parseRoute("/recordings/x/y", "")).toEqual({ page: "unknown", path: "/recordings/x/y" });
  });

  test.each(["//example.org", "https://example.org", "/\\example.org", "javascript:alert(1)", ""])(
    "signing in never leads to %s",
    (next) => {
      expect(parseRoute("/sign-in", `?next=${encodeURIComponent(next)}`)).toMatchObject({ next: "/recordings" });
    },
  );
});

describe("keys", () => {
  const press = (key: string, more: object = {}) =>
    commandOf({ key, shift: false, ctrl: false, alt: false, meta: false, ...more });

  test("the player's keys", () => {
    expect(press(" ")).toEqual({ do: "toggle" });
    expect(press("J")).toEqual({ do: "step", seconds: -10 });
    expect(press("ArrowRight", { shift: true })).toEqual({ do: "step", seconds: 1 });
    expect(press("7")).toEqual({ do: "share", share: 0.7 });
    expect(press("?", { shift: true })).toEqual({ do: "help" });
    expect(press("q")).toBeNull();
  });

  test.each(["ctrl", "alt", "meta"])("with %s they are the browser's", (modifier) => {
    expect(press("l", { [modifier]: true })).toBeNull();
  });

  test("the help tells only keys that do something", () => {
    const names: Readonly<Record<string, string>> = { Space: " ", "←": "ArrowLeft", "→": "ArrowRight" };
    for (const [keys] of KEY_HELP.flatMap((group) => group.rows)) {
      for (const key of keys.filter((one) => one !== "…")) {
        const plain = key.replace("⇧ ", "");
        expect(press(names[plain] ?? plain, { shift: plain !== key }), key).not.toBeNull();
      }
    }
  });

  test("a magnified picture takes the arrows with Shift, and 0", () => {
    const zoomed = (key: string, shift = false) =>
      commandOf({ key, shift, ctrl: false, alt: false, meta: false }, true);
    expect(zoomed("ArrowUp", true)).toMatchObject({ do: "pan", x: 0 });
    expect(zoomed("ArrowLeft")).toEqual({ do: "step", seconds: -5 });
    expect(zoomed("0")).toEqual({ do: "whole-picture" });
    expect(zoomed("5")).toEqual({ do: "share", share: 0.5 });
  });

  test("speeds go up and down by steps and stop at the ends", () => {
    expect([nextSpeed(1, 1), nextSpeed(1, -1), nextSpeed(8, 1), nextSpeed(0.25, -1)]).toEqual([1.25, 0.75, 8, 0.25]);
    expect(SPEEDS).toContain(1);
  });
});

describe("idle stretches", () => {
  const line = new Line(1);
  const sizes = [9_000, 9_000, 300, 300, 9_000, 300];
  sizes.forEach((bytes, index) => {
    line.push({ segment: 0, record: index, atUs: index * 10 * S, epoch: 0, key: false, bytes });
  });
  const ends = [{ id: "a", endUs: 57 * S }];

  test("begin after a change and end with the next", () => {
    expect(idleStretches(line, ends)).toEqual([
      { fromUs: 0, toUs: 10 * S },
      { fromUs: 10 * S, toUs: 40 * S },
      { fromUs: 40 * S, toUs: 57 * S },
    ]);
  });

  test("an open end is not idle yet", () => {
    expect(idleStretches(line, [{ id: "a", endUs: null }]).at(-1)).toEqual({ fromUs: 10 * S, toUs: 40 * S });
  });

  test("skipping shows how it came to rest, and runs up to what comes", () => {
    const stretches = idleStretches(line, ends);
    expect(skipFrom(stretches, 10.5 * S)).toBeNull();
    expect(skipFrom(stretches, 11 * S)).toBe(39.5 * S);
    expect(skipFrom(stretches, 39.6 * S)).toBeNull();
    expect(savedUs(stretches)).toBe((8.5 + 28.5 + 15.5) * S);
    expect(savedUs(stretches, 30 * S)).toBe((9.5 + 15.5) * S);
  });
});

describe("words", () => {
  test("known codes have words, unknown ones are shown as they are", () => {
    expect(reasonText("killed")).toBe("the recorder was ended by force");
    expect(reasonText("solar_flare")).toBe("solar flare");
    expect(momentWords("capture.rate_changed", { fps: 2, from_fps: 5 })).toMatchObject({
      tone: "notice",
      detail: "2 pictures a second",
    });
    expect(momentWords("capture.rate_changed", { fps: 5, from_fps: 2 }).tone).toBe("neutral");
    expect(momentWords("clock.offset", { offset_us: 40_000 }).title).toBe(
      "The workstation's clock agrees with the server's",
    );
    expect(momentWords("clock.offset", { offset_us: -7 * S })).toEqual({
      title: "The workstation's clock is ahead",
      detail: "by 7 s",
      tone: "notice",
    });
    expect(momentWords("clock.stepped", { by_us: -60 * S })).toMatchObject({
      title: "The workstation's clock was set back",
      detail: "by 1 min 00 s",
    });
    expect(momentWords("clock.stepped", { by_us: 60 * S, asleep_us: 60 * S }).title).toBe("The workstation was asleep");
    expect(momentWords("blackout.on", { source: "api", by: "kim", reason: "card" }).detail).toBe(
      "card · Asked for by kim",
    );
    expect(momentWords("blackout.off", { in_force: 1, ended_by: "kim" })).toMatchObject({
      title: "One of several blackouts ended",
      detail: "by kim",
    });
    expect(momentWords("blackout.expired", { in_force: 0 }).detail).toBe("by itself: its time was over");
    expect(momentWords("capture.display_back", { away_us: 65 * S }).detail).toBe("after 1 min 05 s");
    expect(momentWords("policy.some_thing", {})).toEqual({ title: "Policy some thing", detail: "", tone: "neutral" });
  });

  test("what is thrown becomes a failure with words", () => {
    expect(toFailure(new TypeError("x")).code).toBe("page.unexpected");
    expect(toFailure("gone").hint).toBe("gone");
    const own = new PlayheadError({ code: "a.b", message: "M.", hint: "H.", remedy: "retry" });
    expect(toFailure(own)).toBe(own.failure);
  });
});

describe("the lists", () => {
  const raw = (id: string, startedAt: string, more: object = {}) => ({
    id,
    workstation: { id: "ws-1", name: "ws-1" },
    agent: "a",
    state: "complete",
    startedAt,
    endedAt: null,
    durationMs: 1_000,
    bytes: 5,
    live: false,
    gaps: 0,
    progressAgeMs: null,
    ...more,
  });
  const item = (id: string, hour: number, more: object = {}) =>
    readRecording(
      raw(id, `2026-11-2${Math.floor(hour / 24)}T${String(hour % 24).padStart(2, "0")}:00:00Z`, more),
      1_000,
    );

  test("a page is read with its cursor", () => {
    const page = readPage({ items: [raw("x", "2026-11-23T10:00:00Z")], next: "cursor" }, 0);
    expect([page.items[0]?.id, page.next]).toEqual(["x", "cursor"]);
    expect(() => readPage({ items: [{}] }, 0)).toThrow(PlayheadError);
  });

  test("only fresh progress is called live", () => {
    const growing = item("g", 1, { state: "recording", progressAgeMs: 2_000 });
    expect(liveness(growing, 1_000)).toBe("live");
    expect(liveness(growing, 1_000 + PROGRESS_FRESH_MS - 2_000 - 1)).toBe("live");
    expect(liveness(growing, 1_000 + PROGRESS_FRESH_MS - 2_000)).toBe("silent");
    expect(liveness(item("g", 1, { state: "recording" }), 1_000)).toBe("silent");
    expect(liveness(item("g", 1, { progressAgeMs: 0 }), 1_000)).toBe("off");
    expect(lengthNow(growing, 1_500)).toBe(3_500);
    expect(lengthNow(growing, 99_000)).toBe(1_000);
  });

  test("workstations and sessions are read strictly", () => {
    const station = {
      id: "w",
      name: "w",
      agent: "",
      connected: true,
      state: "idle",
      reason: "",
      recording: null,
      blackoutRequests: [],
      monitors: ["a"],
      lastSeenAt: null,
    };
    expect(readWorkstations({ items: [station] }, 0)[0]).toMatchObject({ id: "w", monitors: 1 });
    expect(() => readWorkstations({ items: [{ ...station, state: "dreaming" }] }, 0)).toThrow(PlayheadError);
    const session = {
      user: { name: "sam", displayName: "Sam", permissions: ["view"] },
      capabilities: ["logs"],
      csrfToken: "c",
      tokenUrl: "http://h/token",
    };
    expect(mayRecord(readSession(session))).toBe(false);
    expect(mayRecord(readSession({ ...session, user: { ...session.user, permissions: ["record"] } }))).toBe(true);
    expect(() => readSession({ user: "sam" })).toThrow(PlayheadError);
  });
});
