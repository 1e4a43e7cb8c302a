/** The sites of an organisation, as the cloud reaches them. */

import { asObject, flag, instant, list, optional, text } from "./decode.ts";

export interface Site {
  readonly name: string;
  /** Whether it can be asked now. */
  readonly up: boolean;
  /** When it last could be; null for never. */
  readonly seenAt: Date | null;
}

export function readSites(value: unknown): Site[] {
  return list(asObject(value, "sites"), "items", "sites", (from, path) => ({
    name: text(from, "site", path),
    up: flag(from, "up", path),
    seenAt: optional(instant, from, "seenAt", path),
  }));
}
