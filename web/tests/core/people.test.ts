/** Roles as grids, and the forms about people. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlayheadError } from "../../src/core/failure.ts";
import {
  dateField,
  dateOfField,
  initials,
  LOGIN_CHARS_MAX,
  loginOf,
  NAME_CHARS_MAX,
  nameFault,
  readGroup,
  readLoginSession,
  readPageOf,
  readRole,
  readUser,
  recordingIdOf,
  search,
  standing,
  toggled,
  USER_ID_CHARS_MAX,
  userIdFault,
} from "../../src/core/people.ts";
import {
  ACTION_GROUPS,
  ACTIONS,
  doubts,
  type Grant,
  grantLines,
  isWhole,
  listed,
  SCOPES,
  sameGrants,
  scopeOf,
  withScope,
} from "../../src/core/permissions.ts";

const grants = fc.array(
  fc.record({ action: fc.constantFrom(...ACTIONS), scope: fc.constantFrom(...SCOPES) }) as fc.Arbitrary<Grant>,
);

describe("roles", () => {
  test("every action has its words once", () => {
    expect(ACTION_GROUPS.flatMap((group) => group.actions.map((one) => one.action)).sort()).toEqual(
      [...ACTIONS].sort(),
    );
  });

  test("the widest scope counts, because roles are cumulative", () => {
    const held: Grant[] = [
      { action: "view", scope: "own" },
      { action: "view", scope: "team" },
      { action: "play", scope: "own" },
    ];
    expect(scopeOf(held, "view")).toBe("team");
    expect(scopeOf(held, "play")).toBe("own");
    expect(scopeOf(held, "delete")).toBeNull();
  });

  test("setting a scope sets just that one", () => {
    fc.assert(
      fc.property(grants, fc.constantFrom(...ACTIONS), fc.constantFrom(null, ...SCOPES), (held, action, scope) => {
        const next = withScope(held, action, scope);
        expect(scopeOf(next, action)).toBe(scope);
        for (const other of ACTIONS.filter((one) => one !== action)) {
          expect(scopeOf(next, other)).toBe(scopeOf(held, other));
        }
        expect(new Set(next.map((one) => one.action)).size).toBe(next.length);
        expect(sameGrants(next, held)).toBe(scopeOf(held, action) === scope);
      }),
    );
  });

  test("what a role allows is said in a line for each reach, the widest first", () => {
    expect(
      grantLines([
        { action: "play", scope: "own" },
        { action: "view", scope: "all" },
        { action: "live", scope: "all" },
        { action: "tag" as "annotate", scope: "all" },
        { action: "audit", scope: "all" },
      ]),
    ).toEqual(["Everyone: see and watch live", "Own: play", "Read the audit log"]);
    expect(grantLines([])).toEqual([]);
    expect(grantLines(ACTIONS.map((action) => ({ action, scope: "all" })))).toEqual([
      "Everyone: everything",
      "Read the audit log, administer and operate the server",
    ]);
  });

  test("what can hardly be meant is said", () => {
    expect(doubts([{ action: "play", scope: "all" }])).toHaveLength(1);
    expect(
      doubts([
        { action: "view", scope: "team" },
        { action: "play", scope: "all" },
        { action: "export", scope: "all" },
      ]),
    ).toHaveLength(1);
    expect(doubts(ACTIONS.map((action) => ({ action, scope: "all" })))).toEqual([]);
    expect(doubts([])).toEqual([]);
  });

  test("only actions on recordings have a reach", () => {
    expect(ACTIONS.filter(isWhole)).toEqual(["audit", "administer", "operate"]);
  });

  test.each([
    [[], ""],
    [["a"], "a"],
    [["a", "b"], "a and b"],
    [["a", "b", "c"], "a, b and c"],
  ])("%j is listed as %s", (parts, words) => {
    expect(listed(parts)).toBe(words);
  });
});

const USER = {
  id: "alice",
  name: "Alice Martin",
  roles: [{ role: "agent", since: "2026-11-20T00:00:00Z" }],
  groups: ["g1"],
  disabled: false,
  totp: true,
  lockedUntil: null,
  lastSignInAt: "2026-11-23T05:00:00Z",
  oidc: false,
};
const NOW = Date.parse("2026-11-23T06:00:00Z");

describe("users", () => {
  test("are read, and a wrong shape is named by its path", () => {
    const user = readUser(USER);
    expect(user.roles[0]?.since?.toISOString()).toBe("2026-11-20T00:00:00.000Z");
    expect(() => readUser({ ...USER, roles: [{ role: 1 }] })).toThrow(PlayheadError);
    expect(() => readUser({ ...USER, lastSignInAt: "yesterday" })).toThrow(/lastSignInAt|page.contract/);
  });

  test("lists carry a cursor", () => {
    const page = readPageOf({ items: [USER], next: "alice" }, "users", readUser);
    expect(page.next).toBe("alice");
    expect(page.items[0]?.name).toBe("Alice Martin");
  });

  test.each([
    [{}, "active"],
    [{ lastSignInAt: null }, "never"],
    [{ lockedUntil: "2026-11-23T06:00:01Z" }, "locked"],
    [{ lockedUntil: "2026-11-23T06:00:00Z" }, "active"],
    [{ disabled: true, lockedUntil: "2026-11-24T06:00:00Z" }, "disabled"],
  ])("%j stands as %s", (facts, words) => {
    expect(standing(readUser({ ...USER, ...facts }), NOW)).toBe(words);
  });

  test.each([
    ["", "Enter"],
    ["Sam", "Only"],
    ["s m", "Only"],
    [".sam", "Begin"],
    ["sam-", "Begin"],
    ["a".repeat(USER_ID_CHARS_MAX + 1), "At most"],
  ])("the id %j is refused", (id, words) => {
    expect(userIdFault(id)).toContain(words);
  });

  test.each(["s", "sam", "sam.rivera", "a_b-c.9", "a".repeat(USER_ID_CHARS_MAX)])("the id %j is taken", (id) => {
    expect(userIdFault(id)).toBeNull();
  });

  test.each([
    [" CONTOSO\\Temp07 ", "temp07"],
    ["temp07", "temp07"],
    ["CONTOSO\\", null],
    [" ", null],
    ["a".repeat(LOGIN_CHARS_MAX), "a".repeat(LOGIN_CHARS_MAX)],
    ["a".repeat(LOGIN_CHARS_MAX + 1), null],
  ])("the login of %j is %j", (typed, login) => {
    expect(loginOf(typed)).toBe(login);
  });

  test("names have a length", () => {
    expect(nameFault("  ")).toContain("Enter");
    expect(nameFault("x".repeat(NAME_CHARS_MAX))).toBeNull();
    expect(nameFault("x".repeat(NAME_CHARS_MAX + 1))).toContain("At most");
  });

  test.each([
    ["Alice Martin", "AM"],
    ["Ana de la Cruz", "AC"],
    ["sam", "SA"],
    ["sam.rivera", "SR"],
    ["", "?"],
    ["张伟", "张伟"],
  ])("%j has the initials %s", (name, letters) => {
    expect(initials(name)).toBe(letters);
  });

  test("searching looks at ids and names, in any case", () => {
    const users = [readUser(USER), readUser({ ...USER, id: "kim", name: "Kim Lee" })];
    expect(search(users, " MART ").map((one) => one.id)).toEqual(["alice"]);
    expect(search(users, "ki").map((one) => one.id)).toEqual(["kim"]);
    expect(search(users, "")).toHaveLength(2);
  });

  test("a member is added once and taken out again", () => {
    expect(toggled(["b"], "a")).toEqual(["a", "b"]);
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  });
});

describe("groups, roles, sessions", () => {
  test("groups and roles have ids that may be numbers", () => {
    expect(readGroup({ id: 3, name: "Sales", members: ["alice"], supervisors: [] }).id).toBe("3");
    const role = readRole({ id: "r", name: "Trainer", builtIn: false, grants: [{ action: "view", scope: "team" }] });
    expect(role.grants).toEqual([{ action: "view", scope: "team" }]);
    expect(() => readRole({ ...role, grants: [{ action: "fly", scope: "all" }] })).toThrow(PlayheadError);
  });

  test("sessions are read", () => {
    const at = "2026-11-23T05:00:00Z";
    const session = readLoginSession({
      id: "s1",
      user: "sam",
      createdAt: at,
      seenAt: at,
      expiresAt: at,
      address: "10.0.0.7",
      agent: "Firefox on Linux",
      current: true,
    });
    expect(session.current).toBe(true);
  });
});

test.each([
  [" r-1 ", "r-1"],
  ["https://site:2020/recordings/r-1?t=12", "r-1"],
  ["/recordings/a%20b", "a b"],
  ["100%", "100%"],
  ["", ""],
])("the recording of %j is %j", (pasted, id) => {
  expect(recordingIdOf(pasted)).toBe(id);
});

describe("date fields", () => {
  test("say and take the reader's own days", () => {
    const at = new Date(2026, 1, 3, 17, 4);
    expect(dateField(at)).toBe("2026-02-03");
    expect(dateOfField("2026-02-03")?.getTime()).toBe(new Date(2026, 1, 3).getTime());
    expect(dateField(null)).toBe("");
  });

  test.each(["", "2026-02-30", "3.2.2026", "2026-2-3"])("%j is no date", (value) => {
    expect(dateOfField(value)).toBeNull();
  });
});
