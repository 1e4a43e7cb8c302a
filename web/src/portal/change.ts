/** Requests that change something: they carry the token that says they come from a page of ours. */

import type { Session } from "../core/access.ts";
import { request, requestJson } from "../net/http.ts";

type Method = "POST" | "PUT" | "PATCH" | "DELETE";

function changing(session: Session, method: Method, body: unknown): RequestInit {
  const headers = { "X-CSRF-Token": session.csrfToken };
  if (body === undefined) return { method, headers };
  return { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** Asks for a change; the answer says nothing but that it was done. */
export async function change(session: Session, method: Method, url: string, body?: unknown): Promise<void> {
  await request(url, changing(session, method, body));
}

/** Asks for a change; the answer's JSON is what it came to. */
export async function changed(session: Session, method: Method, url: string, body?: unknown): Promise<unknown> {
  return await requestJson(url, changing(session, method, body));
}
