/** What was worked with during the recording that is played. */

import { computed, signal } from "@preact/signals";
import type { Session } from "../../core/access.ts";
import { tonesOf, usesOf, type Worked } from "../../core/applications.ts";
import { analyses } from "../../core/modules.ts";
import { getWorked } from "../analytics/api.ts";

/** While a recording grows, so often is asked what came: a workstation sends about as often. */
const GROWS_MS = 30_000;

const NOTHING: Worked = { bands: [], triggers: [], counted: "", cut: false };

export class ApplicationStore {
  readonly worked = signal<Worked>(NOTHING);
  readonly uses = computed(() => usesOf(this.worked.value.bands));
  readonly tones = computed(() => tonesOf(this.uses.value.map((one) => one.application)));
  /** The application that all others stand back for. */
  readonly chosen = signal<string | null>(null);
  private readonly recording: string;
  private readonly session: Session;
  private readonly stop: AbortSignal;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(recording: string, session: Session, stop: AbortSignal) {
    this.recording = recording;
    this.session = session;
    this.stop = stop;
    stop.addEventListener("abort", () => clearTimeout(this.timer));
  }

  /** Loads it, and again while `grows` says so. Without it the player is as it would be anyway. */
  async load(grows: () => boolean): Promise<void> {
    if (!analyses(this.session)) return;
    try {
      this.worked.value = await getWorked(this.recording, this.stop);
    } catch {
      // Nobody has to know what was worked with to watch; the reports say what is wrong with it.
    }
    if (this.stop.aborted || !grows()) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(grows), GROWS_MS);
  }

  choose(application: string | null): void {
    this.chosen.value = this.chosen.value === application ? null : application;
  }
}
