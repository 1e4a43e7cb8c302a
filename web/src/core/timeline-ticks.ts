/** Labels along the timeline: at round times since the beginning, or at round times of the day. */

import { clockText, instantAt, positionText } from "./time.ts";
import { lengthOf, type View } from "./timeline-view.ts";

/** Time since the beginning of the recording, or the time of day where the reader is. */
export type TimeMode = "elapsed" | "clock";

/** Round steps of time, in microseconds. */
const STEPS_US = [
  1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1e6, 2e6, 5e6, 10e6, 15e6, 30e6, 60e6, 120e6,
  300e6, 600e6, 900e6, 1800e6, 3600e6, 7200e6, 10_800e6, 21_600e6, 43_200e6, 86_400e6,
];
const DAY_US = 86_400e6;

export interface Tick {
  readonly atUs: number;
  readonly text: string;
}

export interface Ticks {
  readonly stepUs: number;
  readonly ticks: readonly Tick[];
}

/** The smallest round step with which at most `count` fit into a view. */
export function tickStep(view: View, count: number): number {
  const wanted = lengthOf(view) / Math.max(1, count);
  return STEPS_US.find((one) => one >= wanted) ?? Math.ceil(wanted / DAY_US) * DAY_US;
}

/** How far the reader's clock is ahead of the recording's positions, so that round times of the day are multiples. */
function clockOffsetUs(startedAtUs: number, view: View): number {
  return startedAtUs - instantAt(startedAtUs, view.fromUs).getTimezoneOffset() * 60e6;
}

function fraction(us: number, stepUs: number): string {
  const digits = stepUs >= 100_000 ? 1 : stepUs >= 10_000 ? 2 : 3;
  const shown = Math.floor((((us % 1e6) + 1e6) % 1e6) / 10 ** (6 - digits));
  return `.${String(shown).padStart(digits, "0")}`;
}

function elapsedText(atUs: number, stepUs: number): string {
  return positionText(atUs) + (stepUs < 1e6 ? fraction(atUs, stepUs) : "");
}

function dayTime(at: Date, stepUs: number, locale: string | undefined): string {
  if (stepUs >= 60e6 && at.getHours() === 0 && at.getMinutes() === 0) {
    return at.toLocaleDateString(locale, { weekday: "short", day: "numeric" });
  }
  return clockText(at, stepUs < 60e6, locale);
}

/** Labels for a view, at most `count` and one. */
export function ticksOf(view: View, count: number, mode: TimeMode, startedAtUs: number, locale?: string): Ticks {
  const stepUs = tickStep(view, count);
  const offsetUs = mode === "clock" ? clockOffsetUs(startedAtUs, view) : 0;
  const ticks: Tick[] = [];
  const first = Math.ceil((view.fromUs + offsetUs) / stepUs);
  const last = Math.floor((view.toUs + offsetUs) / stepUs);
  for (let number = first; number <= last; number += 1) {
    const atUs = number * stepUs - offsetUs;
    const text =
      mode === "elapsed"
        ? elapsedText(atUs, stepUs)
        : dayTime(instantAt(startedAtUs, Math.round(atUs)), stepUs, locale) +
          (stepUs < 1e6 ? fraction(startedAtUs + Math.round(atUs), stepUs) : "");
    ticks.push({ atUs, text });
  }
  return { stepUs, ticks };
}

/** A position as the timeline says it, as fine as the view is close. */
export function pointText(
  view: View,
  positionUs: number,
  mode: TimeMode,
  startedAtUs: number,
  locale?: string,
): string {
  const fine = lengthOf(view) <= 60e6 ? 100_000 : 1e6;
  if (mode === "elapsed") return elapsedText(positionUs, fine);
  const at = instantAt(startedAtUs, positionUs);
  return clockText(at, true, locale) + (fine < 1e6 ? fraction(startedAtUs + positionUs, fine) : "");
}
