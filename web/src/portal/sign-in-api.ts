/** What the sign-in page asks the server for; nobody is signed in yet. */

import { readSession, type Session } from "../core/access.ts";
import { readWays, type SignInWays } from "../core/sign-in.ts";
import { requestJson } from "../net/http.ts";

const JSON_TYPE = { "Content-Type": "application/json" };

function post(body: Readonly<Record<string, string>>): RequestInit {
  return { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) };
}

/** How people sign in here. */
export async function getWays(): Promise<SignInWays> {
  return readWays(await requestJson("/api/signin"));
}

/** Opens a login session. `code`: of the second factor, or one of the recovery codes. */
export async function signIn(user: string, password: string, code: string): Promise<Session> {
  const body = code === "" ? { user, password } : { user, password, code };
  return readSession(await requestJson("/api/session", post(body)));
}

/** Replaces a password that is too old or was set by somebody else, and signs in. */
export async function renewPassword(user: string, old: string, fresh: string, code: string): Promise<Session> {
  const body = code === "" ? { user, old, new: fresh } : { user, old, new: fresh, code };
  return readSession(await requestJson("/api/session/password", post(body)));
}
