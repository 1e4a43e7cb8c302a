/** How the site stands: now, or how a day that is over went. */

import { faultMs, shareText } from "../../core/coverage-words.ts";
import { lengthText } from "../../core/time.ts";
import { Figure, Figures } from "../../ui/figures.tsx";
import type { CoverageStore } from "./store.ts";

const UNKNOWN = "–";

export function NowFigures({ store }: { readonly store: CoverageStore }) {
  return store.isToday ? <Now store={store} /> : <Past store={store} />;
}

const count = (value: number | undefined): string => (value === undefined ? UNKNOWN : value.toLocaleString("en"));

function alarmHint(alarms: number, uncovered: number): string {
  if (uncovered === 0) return "Nobody.";
  if (alarms === 0) return "For a few seconds only.";
  return alarms === 1 ? "1 needs a look." : `${alarms.toLocaleString("en")} need a look.`;
}

function Now({ store }: { readonly store: CoverageStore }) {
  const now = store.now.value;
  const rows = store.rows.value ?? [];
  const alarms = now?.alarms.length ?? 0;
  const uncovered = now?.uncovered ?? 0;
  return (
    <Figures>
      <Figure
        value={count(now?.uncovered)}
        label="should be recorded, and are not"
        tone={alarms > 0 ? "alarm" : uncovered > 0 ? "warn" : "plain"}
        hint={now === null ? " " : alarmHint(alarms, uncovered)}
      />
      <Figure value={count(now?.covered)} label="recorded now" tone="good" hint="It is durable at the server." />
      <Figure value={count(now?.excused)} label="not recorded, for a reason" hint="Locked, logged out, blackout …" />
      <DueFigure rows={rows} />
    </Figures>
  );
}

type Rows = NonNullable<CoverageStore["rows"]["value"]>;

function DueFigure({ rows }: { readonly rows: Rows }) {
  const dueMs = rows.reduce((sum, one) => sum + one.dueMs, 0);
  const keptMs = rows.reduce((sum, one) => sum + one.keptMs, 0);
  return (
    <Figure
      value={shareText(keptMs, dueMs)}
      label="of the time that was due"
      hint={`${lengthText(keptMs)} of ${lengthText(dueMs)}`}
    />
  );
}

function Past({ store }: { readonly store: CoverageStore }) {
  const rows = store.rows.value ?? [];
  const faulty = rows.filter((one) => faultMs(one.missing) >= 500);
  const missingMs = faulty.reduce((sum, one) => sum + faultMs(one.missing), 0);
  return (
    <Figures>
      <Figure
        value={count(faulty.length)}
        label={faulty.length === 1 ? "workstation with something missing" : "workstations with something missing"}
        tone={faulty.length > 0 ? "warn" : "plain"}
        hint={faulty.length === 0 ? "Nothing without an excuse." : `${lengthText(missingMs)} without an excuse`}
      />
      <DueFigure rows={rows} />
      <Figure
        value={count(rows.filter((one) => one.dueMs > 0).length)}
        label="had something to record"
        hint={`of ${count(rows.length)} workstations`}
      />
    </Figures>
  );
}
