/** Who is signed in here: asked once at the start, and again when the server says it is over. */

import { signal } from "@preact/signals";
import type { Session } from "../core/access.ts";
import { type Failure, PlayheadError, toFailure } from "../core/failure.ts";
import { getSession } from "./api.ts";
import { go } from "./router.ts";

/** What is known: nothing yet, nobody, somebody, or that the server could not be asked. */
export type Presence =
  | { readonly status: "asking" }
  | { readonly status: "nobody" }
  | { readonly status: "somebody"; readonly session: Session }
  | { readonly status: "failed"; readonly failure: Failure };

export const presence = signal<Presence>({ status: "asking" });

/** Finds out who is signed in. */
export async function askPresence(): Promise<void> {
  presence.value = { status: "asking" };
  try {
    presence.value = { status: "somebody", session: await getSession() };
  } catch (error) {
    const failure = toFailure(error);
    presence.value = failure.remedy === "sign-in" ? { status: "nobody" } : { status: "failed", failure };
  }
}

/** Goes to the sign-in page, and back here afterwards. */
export function mustSignIn(): void {
  presence.value = { status: "nobody" };
  if (location.pathname !== "/sign-in") go({ page: "sign-in", next: location.pathname + location.search }, "replace");
}

/** Whether an error says that the login session is over. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof PlayheadError && error.failure.remedy === "sign-in";
}
