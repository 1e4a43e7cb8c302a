/** What became of a change to many recordings, in words. */

import type { BulkResult } from "./facets.ts";

const WHY: Readonly<Record<string, string>> = {
  "access.refused": "you may not do that to them",
  "recording.not_found": "they are no longer there",
  "recording.held": "they are held",
  "site.away": "their site cannot be reached now",
  "site.lost": "their site was lost before it answered, and may have done it all the same",
  "tag.too_many": "they have as many tags as they can have",
};

export function recordingsText(count: number): string {
  return count === 1 ? "1 recording" : `${count.toLocaleString("en")} recordings`;
}

export interface BulkWords {
  readonly text: string;
  readonly hint: string;
  readonly failed: boolean;
}

/** `past`: what was done, such as "tagged". */
export function bulkWords(result: BulkResult, past: string): BulkWords {
  const { done, refused } = result;
  if (refused.length === 0) return { text: `${recordingsText(done)} ${past}.`, hint: "", failed: false };
  const reasons = [...new Set(refused.map((one) => WHY[one.code] ?? one.code))].join("; ");
  return {
    text: `${refused.length} of ${recordingsText(done + refused.length)} could not be ${past}.`,
    hint: `Because ${reasons}.`,
    failed: true,
  };
}
