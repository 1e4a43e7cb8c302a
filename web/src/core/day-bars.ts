/** Usage by day as columns for a chart. */

import type { UsageRow } from "./analytics.ts";
import { timeText } from "./analytics-words.ts";

export interface Unit {
  readonly name: "s" | "min" | "h";
  readonly ms: number;
}

const UNITS: readonly Unit[] = [
  { name: "h", ms: 3_600_000 },
  { name: "min", ms: 60_000 },
];
const SECONDS: Unit = { name: "s", ms: 1_000 };

export interface DayBars {
  /** Of each column; undefined where nothing is known of the day. */
  readonly days: readonly (UsageRow | undefined)[];
  /** Each day's midday here, in seconds since 1970. */
  readonly seconds: readonly number[];
  readonly activeMs: readonly number[];
  /** Active and idle. */
  readonly presentMs: readonly number[];
  /** What the axis counts in, so that its numbers are whole or nearly so. */
  readonly unit: Unit;
  /** For who does not see it. */
  readonly words: string;
}

/** More than these are no chart. */
const DAYS_MAX = 3_700;

function midday(day: string): Date {
  return new Date(`${day}T12:00:00`);
}

/** A column for each day from the first to the last, also where nobody worked. */
export function dayBars(rows: readonly UsageRow[]): DayBars {
  const known = new Map(rows.map((row) => [row.key, row]));
  const keys = [...known.keys()].filter((key) => /^\d{4}-\d{2}-\d{2}$/.test(key)).sort();
  const days: (UsageRow | undefined)[] = [];
  const seconds: number[] = [];
  const [first, last] = [keys[0], keys.at(-1)];
  if (first !== undefined && last !== undefined) {
    const at = midday(first);
    while (at <= midday(last) && days.length < DAYS_MAX) {
      const key = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
        .map((one) => String(one).padStart(2, "0"))
        .join("-");
      days.push(known.get(key));
      seconds.push(at.getTime() / 1000);
      at.setDate(at.getDate() + 1);
    }
  }
  const activeMs = days.map((day) => day?.usage.activeMs ?? 0);
  const presentMs = days.map((day) => (day === undefined ? 0 : day.usage.activeMs + day.usage.idleMs));
  const sum = (of: readonly number[]): number => of.reduce((all, one) => all + one, 0);
  const words = `${days.length} days: ${timeText(sum(activeMs))} active, ${timeText(sum(presentMs) - sum(activeMs))} idle`;
  const unit = UNITS.find((one) => Math.max(0, ...presentMs) >= 2 * one.ms) ?? SECONDS;
  return { days, seconds, activeMs, presentMs, unit, words };
}
