/** Signing in as steps, and passwords as a form judges them. The server decides; this says what comes next and why. */

import { asObject, flag, number, optional, text } from "./decode.ts";
import type { Failure } from "./failure.ts";

/** How people sign in here. */
export interface SignInWays {
  /** The organisation's own sign-in. */
  readonly oidc: { readonly name: string; readonly url: string } | null;
  readonly passwords: boolean;
  /** Characters a new password has at least. */
  readonly minLength: number;
}

export const PASSWORD_CHARS_MAX = 1024;

/** Digits of a code from an authenticator (RFC 6238 as the common apps do it). */
export const CODE_DIGITS = 6;

export function readWays(value: unknown): SignInWays {
  const path = "signin";
  const from = asObject(value, path);
  return {
    oidc: optional(
      (_, __, where) => {
        const oidc = asObject(from.oidc, where);
        return { name: text(oidc, "name", where), url: text(oidc, "url", where) };
      },
      from,
      "oidc",
      `${path}.oidc`,
    ),
    passwords: flag(from, "passwords", path),
    minLength: number(from, "minLength", path),
  };
}

/** What the form asks for: name and password, a code of the second factor, or a new password instead of an old one. */
export type Step = "password" | "code" | "renew";

export interface SignInState {
  readonly step: Step;
  /** The code is one of those that were written down. */
  readonly recovery: boolean;
  /** Where to go on after a code was given: signing in, or replacing the password. */
  readonly after: "sign-in" | "renew";
  readonly failure: Failure | null;
  /** When the form may be sent again, on the page's own clock. */
  readonly waitUntilMs: number | null;
}

export const BEGIN: SignInState = {
  step: "password",
  recovery: false,
  after: "sign-in",
  failure: null,
  waitUntilMs: null,
};

/** The server wants the second factor too. */
const CODE_NEEDED = "signin.code_needed";
/** The password was right, and is too old or was set by somebody else. */
const EXPIRED = "password.expired";

/** The state after the server refused what was sent. */
export function refused(state: SignInState, failure: Failure, nowMs: number): SignInState {
  if (failure.code === CODE_NEEDED) {
    return { ...state, step: "code", after: state.step === "renew" ? "renew" : "sign-in", failure: null };
  }
  if (failure.code === EXPIRED) return { ...state, step: "renew", after: "renew", failure: null };
  // What is against the new password is mended where it is typed.
  if (state.after === "renew" && failure.code.startsWith("password.")) return { ...state, step: "renew", failure };
  const waitUntilMs = failure.retryAfterS === undefined ? null : nowMs + failure.retryAfterS * 1000;
  return { ...state, failure, waitUntilMs };
}

const ELSEWHERE: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  "oidc.no_role": ["You are signed in there, and have no role here.", "Ask an administrator for one."],
  "oidc.unknown": ["You are signed in there, and are no user here.", "Ask an administrator to add you."],
  "oidc.other_identity": [
    "Your name here belongs to another account of your organisation.",
    "Ask an administrator to look at it.",
  ],
  "oidc.state": ["That took too long, or was begun in another tab.", "Sign in again."],
  "oidc.refused": ["Your organisation’s sign-in did not let you in.", "Ask who runs it."],
  "oidc.unavailable": ["Your organisation’s sign-in cannot be reached now.", "Try again in a moment."],
};

/** What came of the organisation's own sign-in, told by a code in the address. */
export function refusedElsewhere(code: string): Failure {
  const [message, hint] = ELSEWHERE[code] ?? ["Signing in there did not work.", `Ask an administrator; say “${code}”.`];
  return { code, message, hint, remedy: "none" };
}

/** Seconds until the form may be sent again; 0 when it may. */
export function waitS(state: SignInState, nowMs: number): number {
  return state.waitUntilMs === null ? 0 : Math.max(0, Math.ceil((state.waitUntilMs - nowMs) / 1000));
}

/** A waiting time in words: `42 seconds`, `15 minutes`. */
export function waitText(seconds: number): string {
  const count = (value: number, word: string): string => `${value} ${word}${value === 1 ? "" : "s"}`;
  return seconds < 90 ? count(seconds, "second") : count(Math.ceil(seconds / 60), "minute");
}

/** A code as people copy it (`123 456`, `ABCD-EFGH`), as the server takes it. */
export function plainCode(typed: string, recovery: boolean): string {
  return recovery ? typed.trim().toLowerCase() : typed.replaceAll(/[\s-]/g, "");
}

/** Why a code cannot be right, or null. */
export function codeFault(typed: string, recovery: boolean): string | null {
  const code = plainCode(typed, recovery);
  if (code === "") return recovery ? "Enter a recovery code." : "Enter the code.";
  if (!recovery && !/^\d+$/.test(code)) return "A code is digits only.";
  if (!recovery && code.length !== CODE_DIGITS) return `A code has ${CODE_DIGITS} digits.`;
  return null;
}

/** Why a new password will not be taken, or null. The server knows more reasons, such as one that everybody uses. */
export function passwordFault(password: string, user: string, minLength: number, old: string | null): string | null {
  const length = [...password].length;
  if (length === 0) return "Enter a new password.";
  if (length < minLength)
    return `${minLength - length} more ${minLength - length === 1 ? "character" : "characters"}, please.`;
  if (length > PASSWORD_CHARS_MAX) return `At most ${PASSWORD_CHARS_MAX} characters.`;
  if (old !== null && password === old) return "This is the password you have.";
  if (user.length > 2 && password.toLowerCase().includes(user.toLowerCase())) return "Leave your name out of it.";
  return null;
}

/** What a good password is, said before anybody fails. */
export function passwordAdvice(minLength: number): string {
  return `At least ${minLength} characters. A few words that do not belong together are good, and easy to remember.`;
}

/** What comes of a new TOTP secret: for a camera, for typing, for both. */
export interface TotpOffer {
  readonly secret: string;
  readonly uri: string;
  /** An image, SVG as text. */
  readonly qr: string;
}

export function readTotpOffer(value: unknown): TotpOffer {
  const path = "totp";
  const from = asObject(value, path);
  return { secret: text(from, "secret", path), uri: text(from, "uri", path), qr: text(from, "qr", path) };
}

/** How somebody signs in, as they may know it themselves. */
export interface Account {
  /** A code is asked for besides the password. */
  readonly totp: boolean;
  /** Signs in with the organisation's own sign-in; there is no password here. */
  readonly oidc: boolean;
  /** Recovery codes that were not used yet; null where that is not told. */
  readonly recoveryLeft: number | null;
  /** There is a password here; not so for who signs in elsewhere only. */
  readonly password: boolean;
}

export function readAccount(value: unknown): Account {
  const path = "account";
  const from = asObject(value, path);
  return {
    totp: flag(from, "totp", path),
    oidc: flag(from, "oidc", path),
    recoveryLeft: optional(number, from, "recoveryLeft", path),
    password: flag(from, "password", path),
  };
}

/** A secret in groups of four, as people read it off. */
export function inFours(secret: string): string {
  return secret.replaceAll(/\s/g, "").replaceAll(/(.{4})(?=.)/g, "$1 ");
}

/** The recovery codes as a file to keep. */
export function recoveryText(codes: readonly string[], user: string, site: string, day: string): string {
  return [
    `Recovery codes for ${user} at ${site}, made ${day}.`,
    "Each works once, instead of a code from your phone. Keep them where only you find them.",
    "",
    ...codes,
    "",
  ].join("\n");
}
