/** Which time the timeline tells; remembered on this device. */

import { signal } from "@preact/signals";
import type { TimeMode } from "../../core/timeline-ticks.ts";

const KEY = "playhead.timeline-time";

export const timeMode = signal<TimeMode>(localStorage.getItem(KEY) === "clock" ? "clock" : "elapsed");

export function setTimeMode(mode: TimeMode): void {
  timeMode.value = mode;
  localStorage.setItem(KEY, mode);
}
