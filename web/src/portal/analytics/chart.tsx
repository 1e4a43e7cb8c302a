/** Active and idle time by day, as bars on one another. uPlot draws; the table beside it says the same. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { UsageRow } from "../../core/analytics.ts";
import { timeText } from "../../core/analytics-words.ts";
import { dayBars } from "../../core/day-bars.ts";
import { useSize, useTheme } from "../../ui/timeline-hooks.ts";
import css from "./analytics.module.css";

const HEIGHT_REM = 13;

function token(element: HTMLElement, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

/** A token's colour as it is in this theme: a canvas knows no light-dark(). */
function colour(element: HTMLElement, name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const dayText = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleDateString("en", { weekday: "short", day: "numeric", month: "short" });

export function DayChart({ rows }: { readonly rows: readonly UsageRow[] }) {
  const box = useRef<HTMLDivElement>(null);
  const { width, unit } = useSize(box);
  const theme = useTheme();
  const bars = useMemo(() => dayBars(rows), [rows]);
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null || width === 0 || bars.days.length === 0) return;
    const text = colour(element, "--text-muted");
    const line = colour(element, "--line");
    const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { show: false } };
    const font = `${12 * unit}px ${token(element, "--sans")}`;
    const paths = uPlot.paths.bars?.({ size: [0.7, 48 * unit], radius: 0.12 });
    const bar = (fill: string): uPlot.Series => ({
      fill,
      width: 0,
      points: { show: false },
      ...(paths ? { paths } : {}),
    });
    const half = 43_200;
    const first = bars.seconds[0] as number;
    const last = bars.seconds.at(-1) as number;
    const options: uPlot.Options = {
      width,
      height: HEIGHT_REM * 16 * unit,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: true, range: [first - half, last + half] }, y: { range: (_, __, most) => [0, most || 1] } },
      axes: [
        {
          ...axis,
          font,
          size: 28 * unit,
          space: 64 * unit,
          incrs: [1, 2, 7, 14, 28, 91, 182].map((days) => days * 86_400),
          splits: () =>
            bars.seconds.filter((_, index) => index % Math.ceil((80 * unit * bars.days.length) / width) === 0),
          values: (_, seconds) => seconds.map(dayText),
        },
        {
          ...axis,
          font,
          size: 56 * unit,
          values: (_, counts) => counts.map((one) => (one === 0 ? "" : `${one} ${bars.unit.name}`)),
        },
      ],
      series: [{}, bar(colour(element, "--app-9")), bar(colour(element, "--accent"))],
      hooks: { setCursor: [(plot) => setAt(plot.cursor.idx ?? null)] },
    };
    const counted = (ms: readonly number[]): number[] => ms.map((one) => one / bars.unit.ms);
    const plot = new uPlot(
      options,
      [bars.seconds as number[], counted(bars.presentMs), counted(bars.activeMs)],
      element,
    );
    return () => plot.destroy();
  }, [bars, width, unit, theme]);
  const chosen = at === null ? undefined : bars.days[at];
  return (
    <figure class={css.chart}>
      <figcaption class={css.key}>
        <span>
          <i style={{ background: "var(--accent)" }} /> Active
        </span>
        <span>
          <i style={{ background: "var(--app-9)" }} /> Idle
        </span>
        <span class={`${css.pointed} figures`}>
          {chosen !== undefined &&
            `${dayText(bars.seconds[at as number] as number)}: ${timeText(chosen.usage.activeMs)} active, ${timeText(chosen.usage.idleMs)} idle`}
        </span>
      </figcaption>
      <div ref={box} class={css.plot} style={{ height: `${HEIGHT_REM}rem` }} role="img" aria-label={bars.words} />
    </figure>
  );
}
