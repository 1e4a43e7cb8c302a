/** What the page of the audit log asks the server for. */

import {
  type AuditFilter,
  type AuditItem,
  auditQuery,
  type Chain,
  readAuditItem,
  readChain,
} from "../../core/audit.ts";
import { type Page, readPageOf } from "../../core/people.ts";
import { requestJson } from "../../net/http.ts";

/** Two screenfuls: the next page is asked for before the end is seen. */
const PAGE_ITEMS = 60;

export async function listAudit(
  filter: AuditFilter,
  before: string | null,
  signal: AbortSignal,
): Promise<Page<AuditItem>> {
  const query = auditQuery(filter);
  query.set("limit", String(PAGE_ITEMS));
  if (before !== null) query.set("before", before);
  return readPageOf(await requestJson(`/api/audit?${query}`, { signal }), "audit", readAuditItem);
}

/** Where the same list is, as a file. */
export function csvAddress(filter: AuditFilter): string {
  const query = auditQuery(filter);
  return query.size === 0 ? "/api/audit.csv" : `/api/audit.csv?${query}`;
}

/** The server looks at some 50,000 entries a second: five million take this long on a slow disk. */
const VERIFY_MS_MAX = 300_000;

/** Has the whole chain checked, which takes as long as the log is. */
export async function verifyAudit(signal: AbortSignal): Promise<Chain> {
  return readChain(await requestJson("/api/audit/verify", { signal }, VERIFY_MS_MAX));
}
