/** A download that the server prepares: how far it is, and why it did not become one. */

import { asObject, number, oneOf, optional, text } from "./decode.ts";
import type { Failure } from "./failure.ts";

export const EXPORT_STATES = ["working", "ready", "failed"] as const;

export interface ExportJob {
  readonly state: (typeof EXPORT_STATES)[number];
  /** From 0 to 1. */
  readonly done: number;
  readonly bytes: number;
  /** Why it failed. */
  readonly code: string | null;
  /** Where the file is, once it is ready. */
  readonly url: string | null;
}

export function readExport(value: unknown): ExportJob {
  const path = "export";
  const from = asObject(value, path);
  const url = optional(text, from, "url", path);
  return {
    state: oneOf(from, "state", path, EXPORT_STATES),
    done: Math.max(0, Math.min(1, optional(number, from, "done", path) ?? 0)),
    bytes: optional(number, from, "bytes", path) ?? 0,
    code: optional(text, from, "code", path),
    // Only a path of this site: what is followed by itself must not lead elsewhere.
    url: url?.startsWith("/") && !url.startsWith("//") ? url : null,
  };
}

type Words = Pick<Failure, "message" | "hint">;

const WORDS: Readonly<Record<string, Words>> = {
  "export.empty": { message: "There is nothing to download in this part.", hint: "It lies in a gap. Choose another." },
  "export.too_long": { message: "That is too long for one file.", hint: "Download it in parts: mark a range first." },
  "export.busy": { message: "Too many downloads are being prepared.", hint: "Try again in a moment." },
  "export.gone": {
    message: "The prepared file is no longer there.",
    hint: "Files are kept for an hour. Prepare it again.",
  },
  "export.not_found": { message: "The prepared file is no longer there.", hint: "Prepare it again." },
  "export.full": { message: "The server has no room for the file.", hint: "Somebody has to make room on its disk." },
  "store.full": { message: "The server has no room for the file.", hint: "Somebody has to make room on its disk." },
  "store.missing": { message: "A part of the recording is missing on the server's disk.", hint: "The log has more." },
  "access.refused": { message: "You may not download this recording.", hint: "Ask whoever administers this site." },
};

/** Why a download did not become one, and that it can be tried again. */
export function exportFailure(code: string | null): Failure {
  const known = code === null ? undefined : WORDS[code];
  const damaged = code?.startsWith("vid.") || code?.startsWith("fmp4.");
  const words = known ?? {
    message: damaged ? "A part of the recording is damaged." : "The download could not be prepared.",
    hint: damaged ? "Mark a range without that part, and download it." : `The server says ${code ?? "nothing more"}.`,
  };
  return { ...words, code: code ?? "export.failed", remedy: "retry" };
}
