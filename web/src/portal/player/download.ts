/** A download as MP4: the server prepares it, this follows, and hands it to the browser when it is there. */

import { signal } from "@preact/signals";
import type { Session } from "../../core/access.ts";
import { asObject, text } from "../../core/decode.ts";
import { type ExportJob, exportFailure, readExport } from "../../core/export-job.ts";
import { type Failure, PlayheadError, toFailure } from "../../core/failure.ts";
import { takesAway } from "../../core/modules.ts";
import type { PlayRange } from "../../core/range.ts";
import { pause } from "../../net/backoff.ts";
import { isAbort, isTransient, requestJson } from "../../net/http.ts";
import { change, changed } from "../change.ts";

/** Progress is asked for this often: quick enough to be believed. */
const ASK_MS = 500;
/** The server may be away for so many questions in a row before that is said. */
const AWAY_MAX = 20;

export type Download =
  | { readonly step: "choosing" }
  | { readonly step: "working"; readonly done: number; readonly bytes: number; readonly away: boolean }
  | { readonly step: "ready"; readonly url: string; readonly bytes: number }
  | { readonly step: "failed"; readonly failure: Failure };

export class DownloadStore {
  readonly open = signal(false);
  readonly state = signal<Download>({ step: "choosing" });
  private readonly recording: string;
  private readonly session: Session;
  private readonly stop: AbortSignal;
  private job: AbortController | null = null;
  private id: string | null = null;

  constructor(recording: string, session: Session, stop: AbortSignal) {
    this.recording = recording;
    this.session = session;
    this.stop = stop;
    stop.addEventListener("abort", () => void this.cancel(), { once: true });
  }

  /** Whether to offer it; the server decides for each recording. */
  get isOffered(): boolean {
    return takesAway(this.session);
  }

  show(): void {
    if (this.state.value.step !== "working") this.state.value = { step: "choosing" };
    this.open.value = true;
  }

  /** Closes the dialog; what is being prepared goes on. */
  hide(): void {
    this.open.value = false;
  }

  /** Has the whole or a range prepared. */
  async begin(range: PlayRange | null): Promise<void> {
    await this.cancel();
    const job = new AbortController();
    this.job = job;
    const signal = AbortSignal.any([job.signal, this.stop]);
    this.state.value = { step: "working", done: 0, bytes: 0, away: false };
    try {
      this.id = await this.order(range, signal);
      const ready = await this.follow(this.id, signal);
      this.state.value = { step: "ready", url: ready.url as string, bytes: ready.bytes };
      this.save();
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.state.value = { step: "failed", failure: toFailure(error) };
    } finally {
      if (this.job === job) this.job = null;
    }
  }

  /** Gives up what is being prepared, here and at the server. */
  async cancel(): Promise<void> {
    const { id } = this;
    const working = this.state.value.step === "working";
    this.job?.abort();
    this.job = null;
    this.id = null;
    this.state.value = { step: "choosing" };
    if (id === null || !working) return;
    const url = `/api/exports/${encodeURIComponent(id)}`;
    // Also when the page is being left; where it does not arrive, the server forgets it within the hour.
    await change(this.session, "DELETE", url, undefined, { keepalive: true }).catch(() => undefined);
  }

  /** Hands the prepared file to the browser. */
  save(): void {
    const { value } = this.state;
    if (value.step !== "ready") return;
    const link = document.createElement("a");
    link.href = value.url;
    link.download = "";
    link.click();
  }

  private async order(range: PlayRange | null, signal: AbortSignal): Promise<string> {
    const part = range === null ? {} : { fromMs: Math.round(range.fromUs / 1000), toMs: Math.round(range.toUs / 1000) };
    const order = { recording: this.recording, ...part };
    const answer = await changed(this.session, "POST", "/api/exports", order, { signal });
    return text(asObject(answer, "export"), "id", "export");
  }

  private async follow(id: string, signal: AbortSignal): Promise<ExportJob> {
    for (let away = 0; ; ) {
      await pause(ASK_MS, signal);
      let job: ExportJob;
      try {
        job = readExport(await requestJson(`/api/exports/${encodeURIComponent(id)}`, { signal }));
        away = 0;
      } catch (error) {
        away += 1;
        if (!isTransient(error) || away > AWAY_MAX || this.state.value.step !== "working") throw error;
        this.state.value = { ...this.state.value, away: true };
        continue;
      }
      if (job.state === "failed") throw new PlayheadError(exportFailure(job.code));
      if (job.state === "ready" && job.url !== null) return job;
      this.state.value = { step: "working", done: job.done, bytes: job.bytes, away: false };
    }
  }
}
