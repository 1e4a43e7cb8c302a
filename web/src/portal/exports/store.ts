/** Several recordings prepared as MP4, one after the other; what is ready can be saved from any page. */

import { signal } from "@preact/signals";
import type { Session } from "../../core/access.ts";
import { asObject, text } from "../../core/decode.ts";
import { exportFailure, readExport } from "../../core/export-job.ts";
import { type Failure, PlayheadError, toFailure } from "../../core/failure.ts";
import type { RecordingItem } from "../../core/library.ts";
import { pause } from "../../net/backoff.ts";
import { isAbort, isTransient, requestJson } from "../../net/http.ts";
import { change, changed } from "../change.ts";

/** As many as anybody saves by hand. */
export const EXPORTS_MAX = 20;
/** Progress is asked for this often. */
const ASK_MS = 700;
/** The server may be away for so many questions in a row. */
const AWAY_MAX = 20;

export type ExportStep =
  | { readonly step: "waiting" }
  | { readonly step: "working"; readonly done: number }
  | { readonly step: "ready"; readonly url: string; readonly saved: boolean }
  | { readonly step: "failed"; readonly failure: Failure };

export interface ExportRow {
  readonly key: number;
  readonly recording: RecordingItem;
  readonly state: ExportStep;
}

/** What was asked for on this page, until it is put away. */
export const exportRows = signal<readonly ExportRow[]>([]);

let count = 0;
let stop = new AbortController();
let running = false;

function update(key: number, state: ExportStep): void {
  exportRows.value = exportRows.value.map((one) => (one.key === key ? { ...one, state } : one));
}

export function markSaved(key: number): void {
  exportRows.value = exportRows.value.map((one) =>
    one.key === key && one.state.step === "ready" ? { ...one, state: { ...one.state, saved: true } } : one,
  );
}

/** Puts recordings in line. */
export function startExports(session: Session, recordings: readonly RecordingItem[]): void {
  const rows = recordings.map((recording): ExportRow => {
    count += 1;
    return { key: count, recording, state: { step: "waiting" } };
  });
  exportRows.value = [...exportRows.value, ...rows];
  if (!running) void run(session);
}

/** Puts everything away; what is being prepared is given up. */
export function dismissExports(): void {
  stop.abort();
  stop = new AbortController();
  exportRows.value = [];
}

async function run(session: Session): Promise<void> {
  running = true;
  try {
    for (;;) {
      const next = exportRows.value.find((one) => one.state.step === "waiting");
      if (next === undefined) return;
      await one(session, next, stop.signal);
    }
  } finally {
    running = false;
  }
}

async function one(session: Session, row: ExportRow, signal: AbortSignal): Promise<void> {
  let id: string | null = null;
  try {
    update(row.key, { step: "working", done: 0 });
    const order = await changed(session, "POST", "/api/exports", { recording: row.recording.id }, { signal });
    id = text(asObject(order, "export"), "id", "export");
    update(row.key, { step: "ready", url: await follow(row.key, id, signal), saved: false });
  } catch (error) {
    if (isAbort(error) || signal.aborted) {
      // Where this does not arrive the server forgets it within the hour.
      if (id !== null) {
        await change(session, "DELETE", `/api/exports/${encodeURIComponent(id)}`).catch(() => undefined);
      }
      return;
    }
    update(row.key, { step: "failed", failure: toFailure(error) });
  }
}

async function follow(key: number, id: string, signal: AbortSignal): Promise<string> {
  for (let away = 0; ; ) {
    await pause(ASK_MS, signal);
    try {
      const job = readExport(await requestJson(`/api/exports/${encodeURIComponent(id)}`, { signal }));
      away = 0;
      if (job.state === "failed") throw new PlayheadError(exportFailure(job.code));
      if (job.state === "ready" && job.url !== null) return job.url;
      update(key, { step: "working", done: job.done });
    } catch (error) {
      away += 1;
      if (!isTransient(error) || away > AWAY_MAX) throw error;
    }
  }
}
