/** Where the log lines are that tell of a recording, for who may read them. */

import { linesAround, logsAddress, NO_LOG_FILTER } from "../../core/logs.ts";
import { readsLogs } from "../../core/modules.ts";
import type { PlayerStore } from "./store.ts";

/** What its workstation said around a stretch, in positions; null where nobody may read it, or it is not known yet. */
export function linesOfStretch(store: PlayerStore, fromUs: number, toUs: number): string | null {
  const item = store.item.value;
  if (item === null || !readsLogs(store.session)) return null;
  const startedAtMs = item.startedAt.getTime();
  return linesAround(item.workstation.id, startedAtMs + fromUs / 1000, startedAtMs + toUs / 1000);
}

/** What everybody said about it. */
export function linesOfRecording(store: PlayerStore): string | null {
  return readsLogs(store.session) ? logsAddress({ ...NO_LOG_FILTER, interaction: store.id }) : null;
}
