/** Users, groups, roles and login sessions as the API gives them, and what the forms about them make of them. */

import { asObject, flag, instant, type Json, list, number, optional, text, texts } from "./decode.ts";
import { type Grant, readGrant } from "./permissions.ts";

/** Longest name of a user, a group or a role that the forms take. */
export const NAME_CHARS_MAX = 64;

/** A role a user has. `since`: only recordings that began from then on. */
export interface Assignment {
  readonly role: string;
  readonly since: Date | null;
}

export interface UserItem {
  /** What is typed to sign in. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Assignment[];
  readonly groups: readonly string[];
  readonly disabled: boolean;
  readonly totp: boolean;
  readonly lockedUntil: Date | null;
  readonly lastSignInAt: Date | null;
  /** Signs in with the organisation's own sign-in. */
  readonly oidc: boolean;
}

export interface GroupItem {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly supervisors: readonly string[];
}

export interface RoleItem {
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
  readonly grants: readonly Grant[];
}

export interface LoginSession {
  readonly id: string;
  readonly user: string;
  readonly createdAt: Date;
  readonly seenAt: Date;
  readonly expiresAt: Date;
  readonly address: string;
  /** The browser, short. */
  readonly agent: string;
  readonly current: boolean;
}

/** One page of a list and the cursor of the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export function readUser(value: unknown, path = "user"): UserItem {
  const from = asObject(value, path);
  return {
    id: text(from, "id", path),
    name: text(from, "name", path),
    roles: list(from, "roles", path, (item, where) => ({
      role: text(item, "role", where),
      since: optional(instant, item, "since", where),
    })),
    groups: texts(from, "groups", path),
    disabled: flag(from, "disabled", path),
    totp: flag(from, "totp", path),
    lockedUntil: optional(instant, from, "lockedUntil", path),
    lastSignInAt: optional(instant, from, "lastSignInAt", path),
    oidc: flag(from, "oidc", path),
  };
}

export function readGroup(value: unknown, path = "group"): GroupItem {
  const from = asObject(value, path);
  return {
    id: idText(from, path),
    name: text(from, "name", path),
    members: texts(from, "members", path),
    supervisors: texts(from, "supervisors", path),
  };
}

export function readRole(value: unknown, path = "role"): RoleItem {
  const from = asObject(value, path);
  return {
    id: idText(from, path),
    name: text(from, "name", path),
    builtIn: flag(from, "builtIn", path),
    grants: list(from, "grants", path, readGrant),
  };
}

export function readLoginSession(value: unknown, path = "session"): LoginSession {
  const from = asObject(value, path);
  return {
    id: idText(from, path),
    user: text(from, "user", path),
    createdAt: instant(from, "createdAt", path),
    seenAt: instant(from, "seenAt", path),
    expiresAt: instant(from, "expiresAt", path),
    address: text(from, "address", path),
    agent: text(from, "agent", path),
    current: flag(from, "current", path),
  };
}

/** Ids may be numbers in the server's tables; to the pages they are words in addresses. */
function idText(from: Json, path: string): string {
  return typeof from.id === "number" ? String(number(from, "id", path)) : text(from, "id", path);
}

export function readPageOf<T>(value: unknown, path: string, read: (item: unknown, path: string) => T): Page<T> {
  const from = asObject(value, path);
  return { items: list(from, "items", path, read), next: optional(text, from, "next", path) };
}

/** What may be said about a user's way in, most urgent first. */
export type Standing = "disabled" | "locked" | "never" | "active";

export function standing(user: UserItem, nowMs: number): Standing {
  if (user.disabled) return "disabled";
  if (user.lockedUntil !== null && user.lockedUntil.getTime() > nowMs) return "locked";
  return user.lastSignInAt === null ? "never" : "active";
}

/** Users whose id or name contains the text, in any case; as the server's own search, for lists already here. */
export function search<T extends { readonly id: string; readonly name: string }>(items: readonly T[], q: string): T[] {
  const wanted = q.trim().toLowerCase();
  if (wanted === "") return [...items];
  return items.filter((one) => one.id.toLowerCase().includes(wanted) || one.name.toLowerCase().includes(wanted));
}

/** Two letters to stand for a person: `Alice Martin` is AM, `sam` is SA. */
export function initials(name: string): string {
  const parts = name.split(/[\s._-]+/).filter((part) => part !== "");
  const letters =
    parts.length > 1 ? [parts[0], parts.at(-1)].map((part) => [...(part ?? "")][0]) : [...(parts[0] ?? "?")];
  return letters.slice(0, 2).join("").toUpperCase();
}

/** A text with an item added, or without it where it was in. Sorted, each once. */
export function toggled(items: readonly string[], item: string): string[] {
  const others = items.filter((one) => one !== item);
  return (others.length === items.length ? [...others, item] : others).sort();
}

/** The id of a recording as somebody pastes it: itself, or a link to the recording. */
export function recordingIdOf(pasted: string): string {
  const words = pasted.trim();
  const link = /\/recordings\/([^/?#\s]+)/.exec(words);
  try {
    return decodeURIComponent(link?.[1] ?? words);
  } catch {
    // A stray percent sign is no link of ours.
    return words;
  }
}

/** `2026-11-20`, as date fields say and take it, of the reader's own calendar. */
export function dateField(at: Date | null): string {
  if (at === null) return "";
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The beginning of that day where the reader is; null for an empty field or what is no date. */
export function dateOfField(value: string): Date | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (match === null) return null;
  const at = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return dateField(at) === value ? at : null;
}

/** Characters of a user's id, as in the server's `base/ids.py`. */
export const USER_ID_CHARS_MAX = 63;

/** What the server will say against an id for a new user, or null. */
export function userIdFault(id: string): string | null {
  if (id === "") return "Enter a name to sign in with.";
  if (id.length > USER_ID_CHARS_MAX) return `At most ${USER_ID_CHARS_MAX} characters.`;
  if (/[^a-z0-9._-]/.test(id)) return "Only a–z, digits, dot, hyphen and underscore.";
  return /^[a-z0-9]/.test(id) && /[a-z0-9]$/.test(id) ? null : "Begin and end with a letter or a digit.";
}

/** Characters of an operating-system login, as in the server's `people_models.py`. */
export const LOGIN_CHARS_MAX = 256;

/** The login of an agent as the server knows it: without a Windows domain, in small letters; null where it is none. */
export function loginOf(typed: string): string | null {
  const login = typed
    .slice(typed.lastIndexOf("\\") + 1)
    .trim()
    .toLowerCase();
  return login === "" || login.length > LOGIN_CHARS_MAX ? null : login;
}

export function nameFault(name: string): string | null {
  if (name.trim() === "") return "Enter a name.";
  return name.trim().length > NAME_CHARS_MAX ? `At most ${NAME_CHARS_MAX} characters.` : null;
}
