/** Signing in as steps, codes and passwords as the form judges them. */

import { describe, expect, test } from "vitest";
import { type Failure, PlayheadError } from "../../src/core/failure.ts";
import {
  BEGIN,
  codeFault,
  inFours,
  PASSWORD_CHARS_MAX,
  passwordFault,
  plainCode,
  readTotpOffer,
  readWays,
  recoveryText,
  refused,
  refusedElsewhere,
  waitS,
  waitText,
} from "../../src/core/sign-in.ts";

const failure = (code: string, more: Partial<Failure> = {}): Failure => ({
  code,
  message: "",
  hint: "",
  remedy: "none",
  ...more,
});

describe("steps", () => {
  test("a second factor is asked for without calling it a failure", () => {
    const next = refused(BEGIN, failure("signin.code_needed"), 0);
    expect(next).toMatchObject({ step: "code", after: "sign-in", failure: null });
  });

  test("a wrong password stays where it is and says so", () => {
    const next = refused(BEGIN, failure("session.refused"), 0);
    expect(next.step).toBe("password");
    expect(next.failure?.code).toBe("session.refused");
  });

  test("an expired password is replaced, with a code where one is needed", () => {
    const renew = refused(BEGIN, failure("password.expired"), 0);
    expect(renew).toMatchObject({ step: "renew", failure: null });
    const code = refused(renew, failure("signin.code_needed"), 0);
    expect(code).toMatchObject({ step: "code", after: "renew" });
  });

  test("a code may come before the password turns out to be expired", () => {
    const code = refused(BEGIN, failure("signin.code_needed"), 0);
    expect(refused(code, failure("password.expired"), 0)).toMatchObject({ step: "renew", after: "renew" });
  });

  test("what is against a new password is mended where it is typed, also after a code", () => {
    const renew = refused(BEGIN, failure("password.expired"), 0);
    const code = refused(renew, failure("signin.code_needed"), 0);
    expect(refused(code, failure("password.common"), 0)).toMatchObject({ step: "renew" });
    expect(refused(code, failure("signin.code"), 0)).toMatchObject({ step: "code" });
  });

  test.each(["oidc.no_role", "oidc.unknown", "oidc.state", "oidc.unavailable", "oidc.new_one"])(
    "%s has words",
    (code) => {
      expect(refusedElsewhere(code)).toMatchObject({ code, remedy: "none" });
      expect(refusedElsewhere(code).message).not.toBe("");
    },
  );

  test("who is locked out is told for how long", () => {
    const locked = refused(BEGIN, failure("session.locked", { retryAfterS: 42 }), 1_000);
    expect(waitS(locked, 1_000)).toBe(42);
    expect(waitS(locked, 42_001)).toBe(1);
    expect(waitS(locked, 43_000)).toBe(0);
    expect(waitS(locked, 99_000)).toBe(0);
    expect(waitS(refused(locked, failure("session.refused"), 44_000), 44_000)).toBe(0);
  });

  test.each([
    [1, "1 second"],
    [89, "89 seconds"],
    [90, "2 minutes"],
    [900, "15 minutes"],
  ])("%d s are %s", (seconds, words) => {
    expect(waitText(seconds)).toBe(words);
  });
});

describe("ways", () => {
  test("with and without an organisation's own sign-in", () => {
    expect(readWays({ oidc: null, passwords: true, minLength: 12 })).toEqual({
      oidc: null,
      passwords: true,
      minLength: 12,
    });
    const oidc = { name: "Acme", url: "/oidc/start" };
    expect(readWays({ oidc, passwords: false, minLength: 12 }).oidc).toEqual(oidc);
    expect(() => readWays({ oidc: { name: 1 }, passwords: true, minLength: 12 })).toThrow(PlayheadError);
  });
});

describe("codes", () => {
  test.each([
    ["123456", null],
    ["123 456", null],
    ["", "Enter the code."],
    ["12345", "A code has 6 digits."],
    ["12345a", "A code is digits only."],
  ])("%j from a phone", (typed, words) => {
    expect(codeFault(typed, false)).toBe(words);
  });

  test("recovery codes may have any shape but none", () => {
    expect(codeFault(" ", true)).toBe("Enter a recovery code.");
    expect(codeFault("abcd-efgh", true)).toBeNull();
    expect(plainCode(" ABCD-efgh ", true)).toBe("abcd-efgh");
    expect(plainCode("123 456", false)).toBe("123456");
  });
});

describe("passwords", () => {
  test.each([
    ["", "Enter a new password."],
    ["short", "7 more characters, please."],
    ["elevenchars", "1 more character, please."],
    ["twelve chars", null],
    ["the name sam in it", "Leave your name out of it."],
    ["x".repeat(PASSWORD_CHARS_MAX), null],
    ["x".repeat(PASSWORD_CHARS_MAX + 1), `At most ${PASSWORD_CHARS_MAX} characters.`],
    ["old one and long", "This is the password you have."],
  ])("%.20j is answered by %j", (password, words) => {
    expect(passwordFault(password, "sam", 12, "old one and long")).toBe(words);
  });

  test("characters are counted, not their halves", () => {
    expect(passwordFault("🐎🐎🐎🐎", "sam", 5, null)).toBe("1 more character, please.");
  });
});

describe("second factor", () => {
  test("the offer is read, and its secret is shown in fours", () => {
    expect(readTotpOffer({ secret: "ABCDEFGHIJ", uri: "otpauth://x", qr: "<svg/>" }).secret).toBe("ABCDEFGHIJ");
    expect(inFours("ABCDEFGHIJ")).toBe("ABCD EFGH IJ");
    expect(inFours("ABCD EFGH")).toBe("ABCD EFGH");
  });

  test("the codes come with what they are for", () => {
    const lines = recoveryText(["a-1", "b-2"], "sam", "site-1", "23 November 2026").split("\n");
    expect(lines[0]).toContain("sam at site-1");
    expect(lines.slice(3, 5)).toEqual(["a-1", "b-2"]);
  });
});
