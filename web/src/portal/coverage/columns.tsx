/** A workstation and its day as a row. */

import { sinceText } from "../../core/ago.ts";
import { dayWords, faultMs, type PlacedDay, shareText, stateWords } from "../../core/coverage-words.ts";
import { reasonText } from "../../core/reasons.ts";
import { addressOf } from "../../core/route.ts";
import type { SiteDay, StripSpan } from "../../core/site-coverage.ts";
import { busyWindow, type HourMark, hourMarks, momentOfDay, type StripWindow } from "../../core/strip.ts";
import { clockText, lengthText } from "../../core/time.ts";
import { Badge } from "../../ui/badge.tsx";
import { Strip, StripAxis } from "../../ui/strip.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { wallNow } from "../clock.ts";
import { go } from "../router.ts";
import css from "./coverage.module.css";

/** A day is drawn from one of these hours to another; the labels lie as far apart unless that is a short part of it. */
const WINDOW_HOURS = 3;
const FINE_UP_TO_MS = 12 * 3_600_000;

/** What all rows of a day share. */
export interface DayFrame {
  readonly from: Date;
  readonly window: StripWindow;
  readonly timeZone: string;
  readonly nowMs: number | null;
  readonly marks: readonly HourMark[];
}

/** `strips`: all that is shown in it. */
export function frameOf(site: SiteDay, strips: readonly (readonly StripSpan[])[]): DayFrame {
  const { from, to, now, timeZone } = site;
  const nowMs = now.getTime() - from.getTime();
  const lengthMs = to.getTime() - from.getTime();
  const knownMs = nowMs >= 0 && nowMs < lengthMs ? nowMs : null;
  const window = busyWindow(strips, lengthMs, knownMs, hourMarks(from, to, timeZone, WINDOW_HOURS));
  const isShort = window.toMs - window.fromMs <= FINE_UP_TO_MS;
  const marks = hourMarks(from, to, timeZone, isShort ? 1 : WINDOW_HOURS);
  return { from, window, timeZone, marks, nowMs: knownMs };
}

export function DayStrip({
  item,
  frame,
  onOpen,
}: {
  readonly item: Pick<PlacedDay, "strip" | "dueMs" | "keptMs" | "missing">;
  readonly frame: DayFrame;
  readonly onOpen?: () => void;
}) {
  return (
    <Strip
      spans={item.strip}
      window={frame.window}
      marks={frame.marks}
      nowMs={frame.nowMs}
      label={dayWords(item)}
      momentText={(atMs) => momentOfDay(frame.from, atMs, frame.timeZone, true)}
      {...(onOpen === undefined ? {} : { onOpen })}
    />
  );
}

/** Where a workstation's own page is; `day` only where it is not today. */
export function workstationAddress(workstation: string, day: string | null): string {
  const query = day === null ? "" : new URLSearchParams({ day }).toString();
  return addressOf({ page: "coverage", workstation, query });
}

/** Today's by the clock alone. */
function shortSince(at: Date): string {
  const now = wallNow();
  return at.toDateString() === now.toDateString() ? clockText(at) : sinceText(at, now);
}

export function State({ item }: { readonly item: PlacedDay }) {
  const { tone, text } = stateWords(item);
  const why = item.code === null ? text : reasonText(item.code);
  return (
    <span class={css.state} title={why}>
      <Badge tone={tone} dot={item.alarm}>
        {text}
      </Badge>
      {item.since !== null && item.covered !== null && (
        <span class={`${css.muted} figures`}>since {shortSince(item.since)}</span>
      )}
    </span>
  );
}

function Missing({ item }: { readonly item: PlacedDay }) {
  const missingMs = item.dueMs - item.keptMs;
  if (missingMs < 500) return <span class={css.muted}>–</span>;
  return <span class={`figures ${faultMs(item.missing) > 0 ? css.fault : ""}`}>{lengthText(missingMs)}</span>;
}

const SHARE: Column<PlacedDay> = {
  key: "share",
  title: "Recorded",
  width: "5rem",
  min: 5,
  priority: 2,
  end: true,
  cell: (item) => <span class="figures">{shareText(item.keptMs, item.dueMs)}</span>,
};

const MISSING: Column<PlacedDay> = {
  key: "missing",
  title: "Missing",
  width: "6.5rem",
  min: 6.5,
  priority: 1,
  end: true,
  cell: (item) => <Missing item={item} />,
};

/** `day` as in the address: null for today. */
export function coverageColumns(frame: DayFrame, day: string | null): readonly Column<PlacedDay>[] {
  return [
    {
      key: "agent",
      title: "Agent",
      width: "minmax(12rem, 1.2fr)",
      min: 12,
      priority: 0,
      cell: (item) => (
        <>
          <span class={css.agent}>{item.agent || "Nobody known"}</span>{" "}
          <span class={css.muted}>{item.workstation}</span>
        </>
      ),
    },
    ...(frame.nowMs === null ? [] : [STATE]),
    {
      key: "strip",
      title: "The day",
      head: <StripAxis marks={frame.marks} window={frame.window} />,
      width: "minmax(14rem, 5fr)",
      min: 14,
      priority: 0,
      cell: (item) => (
        <DayStrip item={item} frame={frame} onOpen={() => go(workstationAddress(item.workstation, day))} />
      ),
    },
    SHARE,
    MISSING,
  ];
}

const STATE: Column<PlacedDay> = {
  key: "state",
  title: "Now",
  width: "minmax(13.5rem, 1fr)",
  min: 13.5,
  priority: 0,
  cell: (item) => <State item={item} />,
};

/** Where there is no room for columns. */
export function CoverageRow({
  item,
  frame,
  day,
}: {
  readonly item: PlacedDay;
  readonly frame: DayFrame;
  readonly day: string | null;
}) {
  const { tone, text } = stateWords(item);
  return (
    <span class={css.narrow}>
      <span class={css.line}>
        <span class={css.agent}>{item.agent || item.workstation}</span>
        {item.agent !== "" && <span class={css.muted}>{item.workstation}</span>}
        <span class={css.space} />
        {frame.nowMs === null ? (
          <Missing item={item} />
        ) : (
          <Badge tone={tone} dot={item.alarm}>
            {text}
          </Badge>
        )}
      </span>
      <DayStrip item={item} frame={frame} onOpen={() => go(workstationAddress(item.workstation, day))} />
    </span>
  );
}
