/** The audit log's entries, words, links, and its filter in the address. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  auditAddress,
  auditQuery,
  chainWords,
  FILTER_CHARS_MAX,
  FILTER_KEYS,
  narrowed,
  readAuditItem,
  readChain,
  readFilter,
  subjectAddress,
} from "../../src/core/audit.ts";
import {
  actionOf,
  actionWords,
  actorAddress,
  actorWords,
  auditTone,
  detailLines,
  entrySentence,
  knownActions,
} from "../../src/core/audit-words.ts";
import { PlayheadError } from "../../src/core/failure.ts";

const ENTRY = {
  id: 17,
  at: "2026-11-23T05:00:00Z",
  actor: "kim",
  action: "recording.viewed",
  subject: "r-1",
  address: "10.0.0.7",
  page: "/recordings/r-1",
  details: { fromMs: 1200 },
  hash: "ab12",
};

describe("entries", () => {
  test("are read, from before there were pages and hashes too", () => {
    expect(readAuditItem(ENTRY).id).toBe("17");
    expect(readAuditItem({ ...ENTRY, page: null, hash: null })).toMatchObject({ page: "", hash: "" });
    expect(() => readAuditItem({ ...ENTRY, details: [] })).toThrow(PlayheadError);
  });

  test("say who did what to which", () => {
    expect(entrySentence(readAuditItem(ENTRY))).toBe("kim opened r-1");
    expect(entrySentence(readAuditItem({ ...ENTRY, action: "sign_in.ok", subject: "" }))).toBe("kim signed in");
    expect(actionWords("new.thing_of_theirs")).toBe("new: thing of theirs");
    expect(actorWords("unknown")).toBe("Somebody unknown");
    expect(actorAddress(readAuditItem(ENTRY))).toBe("/people/users/kim");
    expect(actorAddress(readAuditItem({ ...ENTRY, actor: "system" }))).toBeNull();
  });

  test.each([
    ["recording.viewed", "neutral"],
    ["recording.held", "notice"],
    ["user.changed", "notice"],
    ["sign_in.refused", "refusal"],
    ["media.refused", "refusal"],
    ["sign_in.locked", "refusal"],
  ])("%s asks for attention: %s", (action, tone) => {
    expect(auditTone(action)).toBe(tone);
  });

  test.each([
    ["recording.viewed", "a b", "/recordings/a%20b"],
    ["export.made", "r-1", "/recordings/r-1"],
    ["user.changed", "kim", "/people/users/kim"],
    ["group.changed", "g1", "/people/groups/g1"],
    ["role.changed", "trainer", "/people/roles/trainer"],
    ["recording.started", "ws-01", "/recordings?workstation=ws-01"],
    ["blackout.on", "ws-01", "/coverage/ws-01"],
    ["erasure.done", "r-1", "/retention"],
    ["quarantine.dropped", "s-1", "/quarantine"],
    ["wall.watched", "r-1", "/recordings/r-1"],
    ["session.ended", "kim", "/people/users/kim"],
    ["sign_in.ok", "kim", null],
    ["recording.viewed", "", null],
  ])("%s of %j leads to %j", (action, subject, address) => {
    expect(subjectAddress({ action, subject })).toBe(address);
  });

  test("details are lines", () => {
    expect(detailLines({ from_ms: 61_200, parts_ms: "0-5", old_role: null, roles: ["a"] })).toEqual([
      ["From", "1:01"],
      ["Parts ms", "0-5"],
      ["Old role", "–"],
      ["Roles", '["a"]'],
    ]);
  });

  test.each([
    ["Recording", "recording"],
    [" recording.played ", "recording.played"],
    ["recording.", null],
    ["what she did", null],
    ["", null],
  ])("%j asks for %j", (typed, code) => {
    expect(actionOf(typed)).toBe(code);
  });

  test("the kinds to choose from have words of their own", () => {
    for (const [action, words] of knownActions()) expect(words).not.toBe(action);
  });
});

describe("the chain", () => {
  test("is said to be whole, with how much of it", () => {
    const words = chainWords(readChain({ whole: true, entries: 12_345, firstBad: null, head: "ff" }), "en");
    expect(words.title).toBe("The log is whole.");
    expect(words.hint).toContain("12,345");
  });

  test("says where it is broken", () => {
    const words = chainWords(
      readChain({ whole: false, entries: 9, firstBad: 4, problem: "changed", head: "ff" }),
      "en",
    );
    expect(words.hint).toContain("Nothing from entry 4 on");
    expect(words.hint).toContain("was changed");
    const cut = chainWords({ whole: false, entries: 9, firstBad: null, problem: "cut", head: "" });
    expect(cut.hint).toContain("newest entries are gone");
    expect(cut.hint).not.toContain("Nothing from");
  });
});

describe("the filter", () => {
  test("goes into the address and comes out of it", () => {
    const value = fc.string({ minLength: 1, maxLength: FILTER_CHARS_MAX }).map((text) => text.trim() || "x");
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...FILTER_KEYS), value), (filter) => {
        const url = new URL(auditAddress(filter), "http://site");
        expect(readFilter(url.searchParams)).toEqual({ ...filter });
      }),
    );
  });

  test("what is empty is not there", () => {
    expect(auditAddress(narrowed({ actor: "kim" }, "actor", " "))).toBe("/audit");
    expect(narrowed({}, "q", ` ${"x".repeat(FILTER_CHARS_MAX + 1)}`).q).toHaveLength(FILTER_CHARS_MAX);
    expect(readFilter(new URLSearchParams("actor=&else=1"))).toEqual({});
  });

  test("days become instants for the server, the last one whole", () => {
    const query = auditQuery({ from: "2026-11-20", to: "2026-11-20" });
    const from = Date.parse(query.get("from") ?? "");
    const to = Date.parse(query.get("to") ?? "");
    expect(to - from).toBe(86_399_999);
    expect(new Date(from).getHours()).toBe(0);
  });
});
