/** How long what was used: the whole, by day, and by whatever it is added up by. */

import { useEffect, useMemo } from "preact/hooks";
import { BYS, type By, type Usage, type UsageReport, type UsageRow } from "../../core/analytics.ts";
import { type AnalyticsFilter, periodOf } from "../../core/analytics-filter.ts";
import { BY_TITLES, percentText, rateText, timeText } from "../../core/analytics-words.ts";
import { applicationName, tonesOf, toneToken } from "../../core/applications.ts";
import type { ApplicationTone } from "../../core/lanes.ts";
import { rangeText } from "../../core/when.ts";
import { Counted } from "../../ui/counted.tsx";
import { Figure, Figures } from "../../ui/figures.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { Loaded, remedyOf, useLoaded } from "../loaded.ts";
import css from "./analytics.module.css";
import { getUsage, listIdle } from "./api.ts";
import { DayChart } from "./chart.tsx";
import { analyticsAddress, type SectionProps } from "./section.ts";

const BY_OPTIONS = BYS.map((value) => ({ value, text: BY_TITLES[value] }));

export function UsageSection({ filter, now, onApplications, onChange }: SectionProps) {
  const key = JSON.stringify({ ...filter, against: "" }) + now.getTime();
  const { by: _, ...rest } = filter;
  const days = useLoaded(JSON.stringify(rest) + now.getTime(), () => {
    return new Loaded((signal) => getUsage({ ...filter, by: "day" }, now, signal));
  });
  const report = useLoaded(key, () => new Loaded((signal) => getUsage(filter, now, signal)));
  const found = report.value.value;
  useEffect(() => {
    if (found?.by === "application") onApplications(found.items.map((one) => one.key).filter(Boolean));
  }, [found]);
  const failure = report.failure.value ?? days.failure.value;
  const again = (): void => {
    void report.load();
    void days.load();
  };
  const byDay = days.value.value;
  const nothing = byDay !== null && byDay.items.length === 0;
  return (
    <>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(again)} />}
      {nothing ? (
        <Nothing />
      ) : (
        <>
          <Standing report={byDay} filter={filter} now={now} />
          {byDay === null ? <Bone width="100%" height="15rem" /> : <DayChart rows={byDay.items} />}
          <div class={css.choose}>
            <Segmented
              label="Added up by"
              value={filter.by}
              options={BY_OPTIONS}
              onChange={(by) => onChange({ ...filter, by })}
            />
            {found !== null && <Counted what="this table">{found.counted}</Counted>}
          </div>
          {found === null || found.by !== filter.by ? (
            failure === null && <TableSkeleton label="Adding up" />
          ) : (
            <UsageTable report={found} filter={filter} now={now} />
          )}
        </>
      )}
    </>
  );
}

function Nothing() {
  return (
    <Empty
      icon="chart"
      title="Nothing is known of this time"
      hint="No workstation whose agent you may see has told of its windows then. Choose another time, or look under Rules which workstations send."
    />
  );
}

interface StandingProps {
  readonly report: UsageReport | null;
  readonly filter: AnalyticsFilter;
  readonly now: Date;
}

function Standing({ report, filter, now }: StandingProps) {
  const { by: _, ...rest } = filter;
  const idle = useLoaded(JSON.stringify(rest) + now.getTime(), () => {
    return new Loaded((signal) => listIdle(filter, now, signal));
  });
  const longest = idle.value.value?.items[0];
  const total = report?.total;
  const usage: Usage | undefined = total?.usage;
  const counted = report === null ? "" : report.counted;
  return (
    <Figures>
      <Figure
        value={usage === undefined ? "…" : timeText(usage.activeMs)}
        label="active"
        counted={counted}
        hint={total === undefined ? " " : total.agents === 1 ? "of one agent" : `of ${total.agents} agents`}
      />
      <Figure
        value={usage === undefined ? "…" : timeText(usage.idleMs)}
        label="idle"
        counted={counted}
        hint={usage === undefined ? " " : `${percentText(usage.idleShare)} of the time present`}
      />
      <Figure
        value={usage === undefined ? "…" : rateText(usage.switchesPerHour)}
        label="switches per hour"
        counted={counted}
        hint={usage === undefined ? " " : `${usage.switches.toLocaleString("en")} in all`}
      />
      <Figure
        value={longest === undefined ? "–" : timeText(longest.lastsMs)}
        label="longest idle"
        counted={idle.value.value?.counted ?? ""}
        hint={
          longest === undefined ? (
            " "
          ) : (
            <a class="link" href={analyticsAddress("idle", filter)}>
              {longest.agent || longest.workstation}, and others
            </a>
          )
        }
      />
    </Figures>
  );
}

/** What a row leads to: narrower, or to the moments behind it. */
function rowAddress(by: By, row: UsageRow, filter: AnalyticsFilter): string | null {
  switch (by) {
    case "application":
      return analyticsAddress("moments", { ...filter, applications: [row.key] });
    case "agent":
      return analyticsAddress("usage", { ...filter, by: "application", agents: [row.key] });
    case "group":
      return analyticsAddress("usage", { ...filter, by: "agent", group: row.key });
    case "day": {
      const from = new Date(`${row.key}T00:00:00`);
      const to = new Date(from);
      to.setDate(to.getDate() + 1);
      const time = { when: null, from: from.toISOString(), to: to.toISOString() };
      return analyticsAddress("usage", { ...filter, ...time, by: "application" });
    }
    default:
      return null;
  }
}

interface BarProps {
  readonly usage: Usage;
  readonly mostMs: number;
  readonly colour: string;
}

function Bar({ usage, mostMs, colour }: BarProps) {
  const width = (ms: number): string => `${(100 * ms) / mostMs}%`;
  return (
    <span class={css.bar} aria-hidden="true">
      <i style={{ width: width(usage.activeMs), background: colour }} />
      <i class={css.pale} style={{ width: width(usage.idleMs), background: colour }} />
    </span>
  );
}

function usageColumns(
  report: UsageReport,
  filter: AnalyticsFilter,
  tones: ReadonlyMap<string, ApplicationTone>,
): readonly Column<UsageRow>[] {
  const { by } = report;
  const mostMs = Math.max(1, ...report.items.map((one) => one.usage.activeMs + one.usage.idleMs));
  const allMs = report.total.usage.activeMs;
  const colourOf = (row: UsageRow): string => {
    const tone = by === "application" ? tones.get(row.key) : undefined;
    return tone === undefined ? "var(--accent)" : toneToken(tone);
  };
  const figure = (key: string, title: string, priority: number, cell: (row: UsageRow) => string): Column<UsageRow> => ({
    key,
    title,
    width: "6.5rem",
    min: 6.5,
    priority,
    end: true,
    cell: (row) => <span class="figures">{cell(row)}</span>,
  });
  return [
    {
      key: "name",
      title: BY_TITLES[by],
      width: "minmax(10rem, 1fr)",
      min: 10,
      priority: 0,
      cell: (row) => {
        const href = rowAddress(by, row, filter);
        const name = applicationName(row.name);
        return href === null ? name : <a href={href}>{name}</a>;
      },
    },
    {
      key: "bar",
      title: "Time",
      width: "minmax(6rem, 2fr)",
      min: 6,
      priority: 5,
      silent: true,
      cell: (row) => <Bar usage={row.usage} mostMs={mostMs} colour={colourOf(row)} />,
    },
    figure("active", "Active", 0, (row) => timeText(row.usage.activeMs)),
    figure("share", "Share", 2, (row) => percentText(allMs === 0 ? null : row.usage.activeMs / allMs)),
    figure("idle", "Idle", 1, (row) => timeText(row.usage.idleMs)),
    figure("idleShare", "Idle share", 4, (row) => percentText(row.usage.idleShare)),
    figure("switches", "Switches/h", 3, (row) => rateText(row.usage.switchesPerHour)),
    figure("agents", "Agents", 6, (row) => row.agents.toLocaleString("en")),
  ];
}

const keyOf = (row: UsageRow): string => row.key || " ";

interface UsageTableProps {
  readonly report: UsageReport;
  readonly filter: AnalyticsFilter;
  readonly now: Date;
}

function UsageTable({ report, filter, now }: UsageTableProps) {
  const columns = useMemo(() => {
    const tones = tonesOf(report.by === "application" ? report.items.map((one) => one.key) : []);
    return usageColumns(report, filter, tones);
  }, [report, filter]);
  const narrow = useMemo(
    () => (row: UsageRow) => (
      <span class={css.narrow}>
        <strong>{applicationName(row.name)}</strong>
        <span class="figures">
          {timeText(row.usage.activeMs)} active, {timeText(row.usage.idleMs)} idle
        </span>
      </span>
    ),
    [],
  );
  if (report.items.length === 0) {
    return (
      <Empty
        icon="filter"
        title="Nothing to add up"
        hint={
          report.by === "queue"
            ? "Recordings name their queue by a tag such as queue:sales."
            : report.by === "group"
              ? "None of these agents is in a group that you may see."
              : "Nothing fits what this is narrowed to."
        }
      />
    );
  }
  return (
    <>
      <Table
        label={`Usage by ${BY_TITLES[report.by].toLowerCase()}`}
        columns={columns}
        rows={report.items}
        keyOf={keyOf}
        narrow={narrow}
      />
      <p class={css.foot}>
        {report.leftOut > 0 && `${report.leftOut.toLocaleString("en")} more are in the sums and not shown. `}
        {rangeText(periodOf(filter, now))}; days begin at midnight in {report.timeZone}.
      </p>
    </>
  );
}
