/** The page's clock, for everything that counts on between two answers. Stands while nobody looks. */

import { signal } from "@preact/signals";

/** As `performance.now()`, once a second. */
export const nowMs = signal(performance.now());

export function startClock(): void {
  setInterval(() => {
    if (document.visibilityState === "visible") nowMs.value = performance.now();
  }, 1_000);
  document.addEventListener("visibilitychange", () => {
    nowMs.value = performance.now();
  });
}

/** The time of day by this page's clock, for what is said in words; what shows it is redrawn each second. */
export function wallNow(): Date {
  return new Date(performance.timeOrigin + nowMs.value);
}
