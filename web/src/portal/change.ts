/** Requests that change something: they carry the token that says they come from a page of ours. */

import type { Session } from "../core/access.ts";
import { ANSWER_MS_MAX, request, requestJson } from "../net/http.ts";

type Method = "POST" | "PUT" | "PATCH" | "DELETE";

/** When to give up, and whether to go on although the page is left. */
type Manner = Pick<RequestInit, "signal" | "keepalive">;

function changing(session: Session, method: Method, body: unknown, manner: Manner): RequestInit {
  const headers = { "X-CSRF-Token": session.csrfToken };
  if (body === undefined) return { ...manner, method, headers };
  const json = { ...headers, "Content-Type": "application/json" };
  return { ...manner, method, headers: json, body: JSON.stringify(body) };
}

/** Asks for a change; the answer says nothing but that it was done. */
export async function change(
  session: Session,
  method: Method,
  url: string,
  body?: unknown,
  manner: Manner = {},
): Promise<void> {
  await request(url, changing(session, method, body, manner));
}

/**
 * Asks for a change; the answer's JSON is what it came to.
 *
 * @param answerMs how long it may take; more for what is known to be long work.
 */
export async function changed(
  session: Session,
  method: Method,
  url: string,
  body?: unknown,
  manner: Manner = {},
  answerMs = ANSWER_MS_MAX,
): Promise<unknown> {
  return await requestJson(url, changing(session, method, body, manner), answerMs);
}
