/** What the pages of the environment show, asked for anew while somebody looks. */

import type { Findings, PortItem } from "../../core/environment.ts";
import { Loaded } from "../loaded.ts";
import { getFindings, getPorts } from "./api.ts";

/** Reports come daily, and whether a port listens changes with a restart: nobody waits for either. */
const AGAIN_MS = 15_000;

export class EnvironmentStore {
  readonly findings = new Loaded<Findings>(getFindings);
  readonly ports = new Loaded<PortItem[]>(getPorts);
  private timer: ReturnType<typeof setInterval> | undefined;

  async load(): Promise<void> {
    await Promise.all([this.findings.load(), this.ports.load()]);
  }

  open(): void {
    void this.load();
    this.timer = setInterval(() => {
      if (document.visibilityState === "visible") void this.load();
    }, AGAIN_MS);
  }

  close(): void {
    clearInterval(this.timer);
    this.findings.close();
    this.ports.close();
  }
}
