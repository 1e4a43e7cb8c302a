/** What is wrong with the server now, as it says itself. */

import { asObject, instant, list, text } from "./decode.ts";

export interface Problem {
  /** Stable, such as `disk.full`. */
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  readonly since: Date;
}

export function readHealth(value: unknown): Problem[] {
  return list(asObject(value, "health"), "problems", "health", (item, path) => ({
    code: text(item, "code", path),
    message: text(item, "message", path),
    hint: text(item, "hint", path),
    since: instant(item, "since", path),
  }));
}
