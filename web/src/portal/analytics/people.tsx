/** What is unusual: agents far from the middle of all, and applications that nobody has named. */

import { useMemo } from "preact/hooks";
import type { Outlier, UnknownApplication } from "../../core/analytics.ts";
import type { AnalyticsFilter } from "../../core/analytics-filter.ts";
import { MEASURE_TITLES, outlierText, timeText } from "../../core/analytics-words.ts";
import { Counted } from "../../ui/counted.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { Loaded, remedyOf, useLoaded } from "../loaded.ts";
import css from "./analytics.module.css";
import { getOutliers, getUnknown } from "./api.ts";
import { analyticsAddress, type SectionProps } from "./section.ts";

/** A score of this many is a full bar; from 3.5 on a value is called an outlier. */
const SCORE_MOST = 10;

/** Where everybody is alike, the smallest difference is hundreds of times the usual: no news beyond some. */
function scoreText(score: number): string {
  const size = Math.abs(score);
  return `${score < 0 ? "−" : "+"} ${size >= 99.95 ? "> 99" : size.toFixed(1)}`;
}

function outlierColumns(filter: AnalyticsFilter): readonly Column<Outlier>[] {
  return [
    {
      key: "agent",
      title: "Agent",
      width: "minmax(9rem, 1fr)",
      min: 9,
      priority: 0,
      cell: (row) => (
        <a href={analyticsAddress("usage", { ...filter, agents: [row.agent], by: "application" })}>{row.agent}</a>
      ),
    },
    {
      key: "measure",
      title: "Measure",
      width: "minmax(10rem, 1fr)",
      min: 10,
      priority: 1,
      cell: (row) => MEASURE_TITLES[row.measure],
    },
    {
      key: "value",
      title: "Value",
      width: "minmax(16rem, 3fr)",
      min: 16,
      priority: 0,
      cell: (row) => outlierText(row),
    },
    {
      key: "score",
      title: "How far",
      width: "9rem",
      min: 9,
      priority: 2,
      cell: (row) => (
        <span class={css.score}>
          <span class={css.bar} aria-hidden="true">
            <i
              style={{
                width: `${Math.min(100, (100 * Math.abs(row.score)) / SCORE_MOST)}%`,
                background: "var(--accent)",
              }}
            />
          </span>
          <span class="figures">{scoreText(row.score)}</span>
        </span>
      ),
    },
  ];
}

export function OutliersSection({ filter, now }: SectionProps) {
  const loaded = useLoaded(JSON.stringify(filter) + now.getTime(), () => {
    return new Loaded((signal) => getOutliers(filter, now, signal));
  });
  const found = loaded.value.value;
  const failure = loaded.failure.value;
  const columns = useMemo(() => outlierColumns(filter), [filter]);
  return (
    <>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {found === null && failure === null && <TableSkeleton label="Comparing agents" />}
      {found !== null && (
        <div class={css.choose}>
          <p class={css.foot}>
            {found.agents === 1 ? "One agent was" : `${found.agents} agents were`} compared. Far from the middle is not
            wrong: look at the moments before you say anything.
          </p>
          <Counted what="an outlier">{found.counted}</Counted>
        </div>
      )}
      {found?.items.length === 0 && (
        <Empty
          icon="check"
          title="Nobody stands out"
          hint={
            found.agents < 3
              ? "It takes at least a few agents to have a middle to be far from."
              : "All are near the middle of all in idle time, switches and applications."
          }
        />
      )}
      {found !== null && found.items.length > 0 && (
        <Table
          label="Outliers"
          columns={columns}
          rows={found.items}
          keyOf={(row) => `${row.agent} ${row.measure} ${row.application}`}
          narrow={(row) => (
            <span class={css.narrow}>
              <strong>{row.agent}</strong>
              {MEASURE_TITLES[row.measure]}: {outlierText(row)}
            </span>
          )}
        />
      )}
    </>
  );
}

function unknownColumns(filter: AnalyticsFilter): readonly Column<UnknownApplication>[] {
  const day = (at: Date): string => at.toLocaleDateString("en", { day: "numeric", month: "short", year: "numeric" });
  const figure = (
    key: string,
    title: string,
    priority: number,
    cell: (row: UnknownApplication) => string,
  ): Column<UnknownApplication> => ({
    key,
    title,
    width: "8rem",
    min: 8,
    priority,
    end: true,
    cell: (row) => <span class="figures">{cell(row)}</span>,
  });
  return [
    {
      key: "application",
      title: "Application",
      width: "minmax(12rem, 1fr)",
      min: 12,
      priority: 0,
      cell: (row) => (
        <a href={analyticsAddress("moments", { ...filter, applications: [row.application] })}>{row.application}</a>
      ),
    },
    figure("active", "Active", 0, (row) => timeText(row.usage.activeMs)),
    figure("agents", "Agents", 1, (row) => row.agents.toLocaleString("en")),
    figure("first", "First seen", 2, (row) => day(row.firstAt)),
    figure("newest", "Newest", 3, (row) => day(row.newestAt)),
  ];
}

export function UnknownSection({ filter, now }: SectionProps) {
  const loaded = useLoaded(JSON.stringify(filter) + now.getTime(), () => {
    return new Loaded((signal) => getUnknown(filter, now, signal));
  });
  const found = loaded.value.value;
  const failure = loaded.failure.value;
  const columns = useMemo(() => unknownColumns(filter), [filter]);
  return (
    <>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {found === null && failure === null && <TableSkeleton label="Looking for what nobody has named" />}
      {found !== null && (
        <div class={css.choose}>
          <p class={css.foot}>What is known is listed in the server's configuration: known, under [analytics].</p>
          <Counted what="an unknown application">{found.counted}</Counted>
        </div>
      )}
      {found?.items.length === 0 && (
        <Empty icon="check" title="All are known" hint="No application was used then that the list does not name." />
      )}
      {found !== null && found.items.length > 0 && (
        <Table
          label="Unknown applications"
          columns={columns}
          rows={found.items}
          keyOf={(row) => row.application}
          narrow={(row) => (
            <span class={css.narrow}>
              <strong>{row.application}</strong>
              {timeText(row.usage.activeMs)}, {row.agents} agents
            </span>
          )}
        />
      )}
    </>
  );
}
