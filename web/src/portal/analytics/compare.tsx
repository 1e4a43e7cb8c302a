/** Two periods held against one another: what has become more, and what less. */

import { useEffect, useMemo } from "preact/hooks";
import { BYS, type By, type Compared, type Comparison } from "../../core/analytics.ts";
import { AGAINST, type AnalyticsFilter, periodBefore, periodOf } from "../../core/analytics-filter.ts";
import { AGAINST_TITLES, BY_TITLES, percentText, pointsText, rateText, timeText } from "../../core/analytics-words.ts";
import { applicationName } from "../../core/applications.ts";
import { rangeText } from "../../core/when.ts";
import { Counted } from "../../ui/counted.tsx";
import { Select } from "../../ui/field.tsx";
import { Figure, Figures } from "../../ui/figures.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { Loaded, remedyOf, useLoaded } from "../loaded.ts";
import css from "./analytics.module.css";
import { getComparison } from "./api.ts";
import { analyticsAddress, type SectionProps } from "./section.ts";

/** Days have no counterpart, and queues are added up by themselves. */
const COMPARED: readonly By[] = BYS.filter((by) => by !== "day" && by !== "queue");
const BY_OPTIONS = COMPARED.map((value) => ({ value, text: BY_TITLES[value] }));

export function CompareSection({ filter: given, now, onApplications, onChange }: SectionProps) {
  const filter = COMPARED.includes(given.by) ? given : { ...given, by: "application" as const };
  const report = useLoaded(JSON.stringify(filter) + now.getTime(), () => {
    return new Loaded((signal) => getComparison(filter, now, signal));
  });
  const found = report.value.value;
  useEffect(() => {
    if (filter.by === "application" && found !== null)
      onApplications(found.items.map((one) => one.key).filter(Boolean));
  }, [found]);
  const failure = report.failure.value;
  const period = periodOf(filter, now);
  const before = periodBefore(period, filter.against);
  return (
    <>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void report.load())} />}
      <div class={css.choose}>
        <Segmented
          label="Compared by"
          value={filter.by}
          options={BY_OPTIONS}
          onChange={(by) => onChange({ ...filter, by })}
        />
        <Select
          label="Held against"
          value={filter.against}
          options={AGAINST.map((one) => [one, `Against ${AGAINST_TITLES[one]}`] as const)}
          onChange={(against) => onChange({ ...filter, against: AGAINST.find((one) => one === against) ?? "before" })}
        />
        {found !== null && <Counted what="this comparison">{found.counted}</Counted>}
      </div>
      <p class={css.foot}>
        After: {rangeText(period)}. Before: {rangeText(before)}.
      </p>
      {found === null ? (
        failure === null && <TableSkeleton label="Comparing" />
      ) : (
        <Both found={found} filter={filter} />
      )}
    </>
  );
}

function Both({ found, filter }: { readonly found: Comparison; readonly filter: AnalyticsFilter }) {
  const { before, after } = found;
  const columns = useMemo(() => comparedColumns(filter), [filter]);
  const narrow = useMemo(
    () => (row: Compared) => (
      <span class={css.narrow}>
        <strong>{applicationName(row.name)}</strong>
        <span class="figures">
          {percentText(row.shareBefore)} → {percentText(row.shareAfter)} ({pointsText(row.shareBefore, row.shareAfter)}{" "}
          points)
        </span>
      </span>
    ),
    [],
  );
  if (found.items.length === 0) {
    return (
      <Empty
        icon="chart"
        title="Nothing is known of either time"
        hint="Choose another time, or narrow the comparison less."
      />
    );
  }
  return (
    <>
      <Figures>
        <Figure
          value={timeText(after.activeMs)}
          label="active"
          counted={found.counted}
          hint={`before: ${timeText(before.activeMs)}`}
        />
        <Figure
          value={percentText(after.idleShare)}
          label="idle share"
          counted={found.counted}
          hint={`before: ${percentText(before.idleShare)}`}
        />
        <Figure
          value={rateText(after.switchesPerHour)}
          label="switches per hour"
          counted={found.counted}
          hint={`before: ${rateText(before.switchesPerHour)}`}
        />
      </Figures>
      <Table
        label="What has changed"
        columns={columns}
        rows={found.items}
        keyOf={(row) => row.key || " "}
        narrow={narrow}
      />
      {found.leftOut > 0 && <p class={css.foot}>{found.leftOut.toLocaleString("en")} more are not shown.</p>}
    </>
  );
}

function Pair({ row, most }: { readonly row: Compared; readonly most: number }) {
  const width = (share: number | null): string => `${(100 * (share ?? 0)) / most}%`;
  return (
    <span class={css.pair} aria-hidden="true">
      <i class={css.pale} style={{ width: width(row.shareBefore) }} />
      <i style={{ width: width(row.shareAfter) }} />
    </span>
  );
}

function comparedColumns(filter: AnalyticsFilter): readonly Column<Compared>[] {
  const figure = (key: string, title: string, priority: number, cell: (row: Compared) => string): Column<Compared> => ({
    key,
    title,
    width: "6.5rem",
    min: 6.5,
    priority,
    end: true,
    cell: (row) => <span class="figures">{cell(row)}</span>,
  });
  const narrower = (row: Compared): AnalyticsFilter | null =>
    filter.by === "application"
      ? { ...filter, applications: [row.key], by: "agent" }
      : filter.by === "agent"
        ? { ...filter, agents: [row.key], by: "application" }
        : null;
  return [
    {
      key: "name",
      title: BY_TITLES[filter.by],
      width: "minmax(10rem, 1fr)",
      min: 10,
      priority: 0,
      cell: (row) => {
        const to = narrower(row);
        const name = applicationName(row.name);
        return to === null ? name : <a href={analyticsAddress("compare", to)}>{name}</a>;
      },
    },
    {
      key: "pair",
      title: "Before and after",
      width: "minmax(6rem, 2fr)",
      min: 6,
      priority: 4,
      silent: true,
      cell: (row) => <Pair row={row} most={1} />,
    },
    figure("points", "Points", 0, (row) => pointsText(row.shareBefore, row.shareAfter)),
    figure("shareBefore", "Before", 1, (row) => percentText(row.shareBefore)),
    figure("shareAfter", "After", 1, (row) => percentText(row.shareAfter)),
    figure("activeBefore", "Active before", 3, (row) => timeText(row.before.activeMs)),
    figure("activeAfter", "Active after", 2, (row) => timeText(row.after.activeMs)),
  ];
}
