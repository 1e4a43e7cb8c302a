/** What the pages about people ask the server for. */

import type { Session } from "../../core/access.ts";
import {
  type Assignment,
  type GroupItem,
  type LoginSession,
  type Page,
  type RoleItem,
  readGroup,
  readLoginSession,
  readPageOf,
  readRole,
  readUser,
  type UserItem,
} from "../../core/people.ts";
import type { Grant } from "../../core/permissions.ts";
import { type Reason, readWhy } from "../../core/why.ts";
import { requestJson } from "../../net/http.ts";
import { change, changed } from "../change.ts";

const path = (...parts: string[]): string => `/api/${parts.map(encodeURIComponent).join("/")}`;

export async function listUsers(q: string, after: string | null, signal: AbortSignal): Promise<Page<UserItem>> {
  const query = new URLSearchParams();
  if (q !== "") query.set("q", q);
  if (after !== null) query.set("after", after);
  const asked = query.size === 0 ? "/api/users" : `/api/users?${query}`;
  return readPageOf(await requestJson(asked, { signal }), "users", readUser);
}

export async function getUser(id: string, signal: AbortSignal): Promise<UserItem> {
  return readUser(await requestJson(path("users", id), { signal }));
}

export interface NewUser {
  readonly id: string;
  readonly name: string;
  readonly password: string;
  readonly roles: readonly Assignment[];
}

export async function addUser(session: Session, user: NewUser): Promise<UserItem> {
  return readUser(await changed(session, "POST", "/api/users", user));
}

export type UserChange = Partial<Pick<UserItem, "name" | "roles" | "groups" | "disabled">>;

export async function changeUser(session: Session, id: string, what: UserChange): Promise<UserItem> {
  return readUser(await changed(session, "PATCH", path("users", id), what));
}

export async function setPassword(session: Session, id: string, password: string): Promise<void> {
  await change(session, "POST", path("users", id, "password"), { password });
}

export async function resetTotp(session: Session, id: string): Promise<void> {
  await change(session, "DELETE", path("users", id, "totp"));
}

export async function unlock(session: Session, id: string): Promise<void> {
  await change(session, "POST", path("users", id, "unlock"));
}

export async function listGroups(signal: AbortSignal): Promise<readonly GroupItem[]> {
  return readPageOf(await requestJson("/api/groups", { signal }), "groups", readGroup).items;
}

export type GroupChange = Partial<Omit<GroupItem, "id">>;

export async function addGroup(session: Session, name: string): Promise<GroupItem> {
  return readGroup(await changed(session, "POST", "/api/groups", { name, members: [], supervisors: [] }));
}

export async function changeGroup(session: Session, id: string, what: GroupChange): Promise<GroupItem> {
  return readGroup(await changed(session, "PATCH", path("groups", id), what));
}

export async function removeGroup(session: Session, id: string): Promise<void> {
  await change(session, "DELETE", path("groups", id));
}

export async function listRoles(signal: AbortSignal): Promise<readonly RoleItem[]> {
  return readPageOf(await requestJson("/api/roles", { signal }), "roles", readRole).items;
}

export async function addRole(session: Session, name: string, grants: readonly Grant[]): Promise<RoleItem> {
  return readRole(await changed(session, "POST", "/api/roles", { name, grants }));
}

export async function changeRole(
  session: Session,
  id: string,
  what: { readonly name: string; readonly grants: readonly Grant[] },
): Promise<RoleItem> {
  return readRole(await changed(session, "PATCH", path("roles", id), what));
}

export async function removeRole(session: Session, id: string): Promise<void> {
  await change(session, "DELETE", path("roles", id));
}

/** A user's login sessions: the first page is more than anybody has. */
export async function listSessions(user: string, signal: AbortSignal): Promise<readonly LoginSession[]> {
  return (await sessionPage(new URLSearchParams({ user }), signal)).items;
}

/** Everybody's login sessions, in pages. */
export async function listAllSessions(before: string | null, signal: AbortSignal): Promise<Page<LoginSession>> {
  return await sessionPage(new URLSearchParams(before === null ? {} : { before }), signal);
}

async function sessionPage(query: URLSearchParams, signal: AbortSignal): Promise<Page<LoginSession>> {
  const asked = query.size === 0 ? "/api/sessions" : `/api/sessions?${query}`;
  return readPageOf(await requestJson(asked, { signal }), "sessions", readLoginSession);
}

export async function endSession(session: Session, id: string): Promise<void> {
  await change(session, "DELETE", path("sessions", id));
}

/** Ends all of a user's sessions but the one that asks. */
export async function endSessions(session: Session, user: string): Promise<void> {
  await change(session, "DELETE", `/api/sessions?${new URLSearchParams({ user })}`);
}

/** What a user may do with a recording, and why. */
export async function whyAccess(user: string, recording: string, signal: AbortSignal): Promise<readonly Reason[]> {
  const query = new URLSearchParams({ user, recording });
  return readWhy(await requestJson(`/api/access?${query}`, { signal }));
}
