/** Rules of retention as they are read, changed and told; what waits in quarantine; what was erased. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlayheadError } from "../../src/core/failure.ts";
import {
  attemptsText,
  dropText,
  placeText,
  quarantineTitle,
  readAside,
  readQuarantineItem,
} from "../../src/core/quarantine.ts";
import {
  DAYS_MAX,
  daysOf,
  eraserText,
  keptText,
  movedRule,
  newRule,
  phaseText,
  policyBody,
  type Rule,
  readErasure,
  readPreview,
  readRetention,
  ruleScope,
  samePolicy,
  unreachable,
  withoutRule,
  withRule,
} from "../../src/core/retention.ts";

const rule = (id: string, facts: Partial<Rule> = {}): Rule => ({
  id,
  name: `Rule ${id}`,
  days: 30,
  agents: [],
  groups: [],
  tags: [],
  states: [],
  ...facts,
});

const PENDING = { recordings: 3, bytes: 10, share: 0.1, needsConfirmation: true };

describe("reading", () => {
  test("rules stand in their order, and what they leave out is nothing", () => {
    const read = readRetention({
      rules: [
        { id: "b", name: "B", days: null, position: 1, states: ["complete", "recording"] },
        { id: "a", name: "A", days: 7, position: 0, agents: ["alice"] },
      ],
      defaultDays: null,
      last: null,
      pending: PENDING,
    });
    expect(read.rules).toEqual([
      rule("a", { name: "A", days: 7, agents: ["alice"] }),
      rule("b", { name: "B", days: null, states: ["complete"] }),
    ]);
    expect(read.pending).toEqual(PENDING);
    expect(read.last).toBeNull();
  });

  test("strictly", () => {
    const whole = { rules: [], defaultDays: 9, last: null, pending: PENDING };
    expect(readRetention(whole).defaultDays).toBe(9);
    expect(() => readRetention({ ...whole, pending: { ...PENDING, needsConfirmation: 1 } })).toThrow(PlayheadError);
    expect(() => readRetention({ ...whole, last: {} })).toThrow(PlayheadError);
    expect(() => readPreview({ recordings: 1, bytes: 1, share: "all", held: 0 })).toThrow(PlayheadError);
  });

  test("what was erased, and how far", () => {
    const item = {
      id: "1",
      recording: "r",
      agent: "alice",
      startedAt: "2026-01-01T00:00:00Z",
      erasedAt: "2026-02-01T00:00:00Z",
      by: "system",
      reason: "",
      phase: "shredded",
    };
    expect(phaseText(readErasure(item).phase)).toBe("Keys destroyed");
    expect(readErasure({ ...item, phase: "begun", erasedAt: null }).erasedAt).toBeNull();
    expect([eraserText("policy"), eraserText("operator"), eraserText("kim")]).toEqual([
      "The rules",
      "The command line",
      "kim",
    ]);
    expect(() => readErasure({ ...item, phase: "hidden" })).toThrow(PlayheadError);
  });

  test("what waits in quarantine", () => {
    const item = {
      id: "7",
      kind: "segment",
      segment: "s",
      place: "aside",
      location: "a.vid",
      firstAt: "2026-01-01T00:00:00Z",
      recording: null,
      workstation: "ws-01",
      code: "segment.chain",
      message: "It is broken.",
      bytes: 10,
      at: "2026-01-01T00:00:00Z",
      attempts: 1,
    };
    expect(quarantineTitle(readQuarantineItem(item))).toBe("Segment of ws-01");
    expect(quarantineTitle(readQuarantineItem({ ...item, kind: "upload", workstation: null }))).toBe("Export");
    expect([attemptsText(1), attemptsText(3)]).toEqual(["tried once", "tried 3 times"]);
    expect(dropText("workstation")).toContain("removes it for good");
    expect(dropText("store")).toContain("for good");
    expect(placeText("aside")).toBe("In the quarantine folder");
    expect(readAside({ aside: [{ workstation: "w", segments: 2, bytes: 3 }] })).toHaveLength(1);
    expect(() => readQuarantineItem({ ...item, kind: "parcel" })).toThrow(PlayheadError);
  });
});

describe("changing", () => {
  const rules = [rule("a"), rule("b"), rule("c")];
  const ids = (all: readonly Rule[]): string => all.map((one) => one.id).join("");

  test("a rule moves a place, and stays at either end", () => {
    expect(ids(movedRule(rules, "a", 1))).toBe("bac");
    expect(ids(movedRule(rules, "c", -1))).toBe("acb");
    expect(movedRule(rules, "a", -1)).toBe(rules);
    expect(movedRule(rules, "c", 1)).toBe(rules);
    expect(movedRule(rules, "x", 1)).toBe(rules);
  });

  test("moving there and back changes nothing, and none is ever lost", () => {
    const by = fc.constantFrom<1 | -1>(1, -1);
    fc.assert(
      fc.property(fc.constantFrom("a", "b", "c"), by, (id, step) => {
        const moved = movedRule(rules, id, step);
        expect([...ids(moved)].sort().join("")).toBe("abc");
        if (moved !== rules) expect(ids(movedRule(moved, id, step === 1 ? -1 : 1))).toBe("abc");
      }),
    );
  });

  test("a new one stands at the end, a changed one in its place; only known ones are sent with their id", () => {
    const made = newRule(rules);
    expect(newRule([...rules, made]).id).not.toBe(made.id);
    const more = withRule(withRule(rules, made), rule("b", { days: 9 }));
    expect(more.map((one) => one.days)).toEqual([30, 9, 30, 90]);
    const body = policyBody({ rules: more, defaultDays: null }).rules as readonly Record<string, unknown>[];
    expect(body.map((one) => one.id)).toEqual(["a", "b", "c", undefined]);
    expect(ids(withoutRule(more, made.id))).toBe("abc");
  });

  test("what was put back as it was is not a change", () => {
    const policy = { rules, defaultDays: 9 };
    expect(samePolicy(policy, { rules: movedRule(movedRule(rules, "a", 1), "a", -1), defaultDays: 9 })).toBe(true);
    expect(samePolicy(policy, { rules, defaultDays: null })).toBe(false);
    expect(samePolicy(policy, { rules: movedRule(rules, "a", 1), defaultDays: 9 })).toBe(false);
  });

  test.each([
    ["", null],
    [" 90 ", 90],
    ["1", 1],
    [String(DAYS_MAX), DAYS_MAX],
    [String(DAYS_MAX + 1), undefined],
    ["0", undefined],
    ["-3", undefined],
    ["1.5", undefined],
    ["a week", undefined],
  ])("%j typed as days is %j", (typed, days) => {
    expect(daysOf(typed)).toBe(days);
  });
});

describe("words", () => {
  test("of how long", () => {
    expect([keptText(null), keptText(1), keptText(1_000)]).toEqual(["for ever", "1 day", "1,000 days"]);
  });

  test("of what a rule is about", () => {
    const name = (id: string): string => (id === "g" ? "Sales" : id);
    expect(ruleScope(rule("a"), name)).toBe("All recordings");
    const narrow = rule("a", { agents: ["alice", "bruno"], groups: ["g"], tags: ["sale"], states: ["interrupted"] });
    expect(ruleScope(narrow, name)).toBe(
      "Recordings of alice or bruno, of members of Sales, tagged sale, that are interrupted",
    );
  });

  test("a rule behind one that fits everything is never reached", () => {
    const rules = [rule("a", { tags: ["x"] }), rule("b"), rule("c"), rule("d", { tags: ["y"] })];
    expect([...unreachable(rules)]).toEqual(["c", "d"]);
    expect(unreachable([rule("a", { tags: ["x"] })]).size).toBe(0);
  });
});
