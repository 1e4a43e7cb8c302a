/** What the page of retention asks the server for. */

import type { Session } from "../../core/access.ts";
import { type Page, readPageOf } from "../../core/people.ts";
import {
  type Erasure,
  type Policy,
  type Preview,
  policyBody,
  type Retention,
  readErasure,
  readPreview,
  readRetention,
} from "../../core/retention.ts";
import { requestJson } from "../../net/http.ts";
import { change, changed } from "../change.ts";

const PAGE_ITEMS = 60;

export async function getRetention(signal: AbortSignal): Promise<Retention> {
  return readRetention(await requestJson("/api/retention", { signal }));
}

/** What these rules would delete; nothing is changed by asking. */
export async function previewPolicy(session: Session, policy: Policy): Promise<Preview> {
  return readPreview(await changed(session, "POST", "/api/retention/preview", policyBody(policy)));
}

export async function savePolicy(session: Session, policy: Policy): Promise<void> {
  await change(session, "PUT", "/api/retention", policyBody(policy));
}

/** Lets one run, which begins at once, take exactly this many recordings. */
export async function confirmPurge(session: Session, recordings: number): Promise<void> {
  await change(session, "POST", "/api/retention/confirm", { recordings });
}

/** Begins a run now rather than at night; it takes no more than it may by itself. */
export async function runNow(session: Session): Promise<void> {
  await change(session, "POST", "/api/retention/run");
}

export async function listErasures(before: string | null, signal: AbortSignal): Promise<Page<Erasure>> {
  const query = new URLSearchParams({ limit: String(PAGE_ITEMS) });
  if (before !== null) query.set("before", before);
  return readPageOf(await requestJson(`/api/erasures?${query}`, { signal }), "erasures", readErasure);
}

export function certificateAddress(id: string): string {
  return `/api/erasures/${encodeURIComponent(id)}/certificate`;
}
