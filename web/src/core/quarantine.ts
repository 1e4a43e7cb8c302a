/** What the server set aside because it could not be stored or read, so that it holds up nothing else. */

import { asObject, instant, number, oneOf, optional, text } from "./decode.ts";

/** A stored piece of a recording, or a file made of recordings to be taken elsewhere. */
export const QUARANTINE_KINDS = ["segment", "upload"] as const;
export type QuarantineKind = (typeof QUARANTINE_KINDS)[number];

export interface QuarantineItem {
  readonly id: string;
  readonly kind: QuarantineKind;
  readonly recording: string | null;
  readonly workstation: string | null;
  /** `area.what`, and the same in words. */
  readonly code: string;
  readonly message: string;
  readonly bytes: number;
  readonly at: Date;
  /** How often it was found so. */
  readonly attempts: number;
}

export function readQuarantineItem(value: unknown, path = "quarantine"): QuarantineItem {
  const from = asObject(value, path);
  return {
    id: text(from, "id", path),
    kind: oneOf(from, "kind", path, QUARANTINE_KINDS),
    recording: optional(text, from, "recording", path),
    workstation: optional(text, from, "workstation", path),
    code: text(from, "code", path),
    message: text(from, "message", path),
    bytes: number(from, "bytes", path),
    at: instant(from, "at", path),
    attempts: number(from, "attempts", path),
  };
}

const KIND_WORDS: Readonly<Record<QuarantineKind, string>> = { segment: "Segment", upload: "Export" };

/** What it is, and whose: `Segment of ws-01`. */
export function quarantineTitle(item: QuarantineItem): string {
  const what = KIND_WORDS[item.kind];
  return item.workstation === null ? what : `${what} of ${item.workstation}`;
}

export function attemptsText(count: number): string {
  return count === 1 ? "tried once" : `tried ${count} times`;
}
