/** What went wrong, in words for a person, with a stable code for programs and support pages. */

/** What the person can do about a failure; the page offers it as a button. */
export type Remedy = "retry" | "sign-in" | "back" | "reload" | "none";

/** The one shape of every failure the application shows. */
export interface Failure {
  /** Stable identifier `area.what`, as in the server's error shape. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly remedy: Remedy;
  /** How long the server wants to be left alone, where it said so. */
  readonly retryAfterS?: number;
}

/** Thrown where a failure is found; carries the value that is shown. */
export class PlayheadError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.code}: ${failure.message}`);
    this.name = "PlayheadError";
    this.failure = failure;
  }
}

/** The peer sent something that is not what the contract says: a bug on one side, never the person's mistake. */
export function contractBroken(where: string): PlayheadError {
  return new PlayheadError({
    code: "page.contract",
    message: "The server answered in a way this page does not understand.",
    hint: `Reload the page; if it stays, the server and the page are of different versions (${where}).`,
    remedy: "reload",
  });
}

/** Any thrown value as a failure; what is not ours is named as unexpected, not hidden. */
export function toFailure(error: unknown): Failure {
  if (error instanceof PlayheadError) return error.failure;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: "page.unexpected",
    message: "Something unexpected happened in this page.",
    hint: detail,
    remedy: "reload",
  };
}
