/** What an agent's own page asks the server for. */

import { type MineItem, readMine } from "../../core/mine.ts";
import type { Page } from "../../core/people.ts";
import { requestJson } from "../../net/http.ts";

const PAGE_ITEMS = 30;

export async function listMine(before: string | null, signal: AbortSignal): Promise<Page<MineItem>> {
  const query = new URLSearchParams({ limit: String(PAGE_ITEMS) });
  if (before !== null) query.set("before", before);
  return readMine(await requestJson(`/api/mine?${query}`, { signal }), performance.now());
}
