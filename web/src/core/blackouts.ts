/** Blackouts: stretches in which, by order, nothing of the screen was captured. */

import type { Moment } from "./recording.ts";

const ON = "capture.blackout_on";
const OFF = "capture.blackout_off";

export interface Blackout {
  readonly fromUs: number;
  readonly toUs: number;
  /** Why, in the words of who ordered it; may be empty. */
  readonly reason: string;
  /** Whether it goes on at the end of what is known. */
  readonly open: boolean;
}

/** Whether an event begins or ends a blackout. */
export function isBlackout(code: string): boolean {
  return code === ON || code === OFF;
}

/** The blackouts of a recording. A second order to begin one changes nothing; one without an end lasts until now. */
export function blackoutsOf(moments: readonly Moment[], endUs: number): Blackout[] {
  const found: Blackout[] = [];
  let begun: Moment | null = null;
  const end = (atUs: number, open: boolean): void => {
    if (begun === null) return;
    const { reason } = begun.details;
    const words = typeof reason === "string" ? reason : "";
    found.push({ fromUs: begun.positionUs, toUs: Math.max(atUs, begun.positionUs), reason: words, open });
    begun = null;
  };
  // What arrives late of an earlier segment stands behind what is newer.
  for (const moment of moments.toSorted((one, other) => one.positionUs - other.positionUs)) {
    if (moment.code === ON) begun ??= moment;
    else if (moment.code === OFF) end(moment.positionUs, false);
  }
  end(endUs, true);
  return found;
}
