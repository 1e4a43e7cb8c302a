/** Coverage: who is recorded now, who is not and why; and what became of every second of a day. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import {
  type CoverageFilter,
  coverageParams,
  daysOn,
  dayTitle,
  GROUP_TITLES,
  type PlacedDay,
  readCoverageFilter,
  SEARCH_CHARS_MAX,
  sharesOf,
} from "../../core/coverage-words.ts";
import { addressOf } from "../../core/route.ts";
import type { SiteDay } from "../../core/site-coverage.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { SearchBox } from "../../ui/search.tsx";
import { StripLegend } from "../../ui/strip.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import { ServerHealth } from "../health.tsx";
import { remedyOf } from "../loaded.ts";
import { Refused } from "../refused.tsx";
import { go } from "../router.ts";
import { ROWS_MAX } from "./api.ts";
import { CoverageRow, coverageColumns, frameOf, workstationAddress } from "./columns.tsx";
import css from "./coverage.module.css";
import { DayChooser } from "./day-chooser.tsx";
import { NowFigures } from "./now.tsx";
import { SiteChooser } from "./site-chooser.tsx";
import { CoverageStore } from "./store.ts";
import { WorkstationPage } from "./workstation.tsx";

interface CoverageProps {
  readonly workstation: string | null;
  readonly query: string;
  readonly session: Session;
}

export function CoveragePage({ workstation, query, session }: CoverageProps) {
  if (!can(session, "view") && !can(session, "operate")) return <Refused what="seeing what was recorded" />;
  return workstation === null ? (
    <Overview query={query} sites={session.sites} />
  ) : (
    <WorkstationPage key={workstation} id={workstation} query={query} session={session} />
  );
}

function show(filter: CoverageFilter): void {
  go(addressOf({ page: "coverage", workstation: null, query: coverageParams(filter).toString() }), "replace");
}

/** Read further down than this, rows stay where they are. */
const READING_PX = 120;

function isReading(table: HTMLElement | null): boolean {
  if (window.scrollY > READING_PX) return true;
  return table !== null && (table.matches(":hover") || table.contains(document.activeElement));
}

/** The day that today is where the site is. */
function todayOf(site: SiteDay | null, filter: CoverageFilter): string {
  if (site === null) return filter.day ?? new Date().toISOString().slice(0, 10);
  let day = site.day;
  // A day that is over says by its distance from now which one today is.
  for (let end = site.to.getTime(); end <= site.now.getTime(); end += 86_400_000) day = daysOn(day, 1);
  return day;
}

interface OverviewProps {
  readonly query: string;
  /** Null where there is one server alone. */
  readonly sites: readonly string[] | null;
}

function Overview({ query, sites }: OverviewProps) {
  // Where there are several sites, one is shown at a time.
  const first = sites?.[0] ?? null;
  const filter = useMemo(() => {
    const asked = readCoverageFilter(query);
    return { ...asked, site: asked.site ?? first };
  }, [query, first]);
  const store = useMemo(() => new CoverageStore(), []);
  const table = useRef<HTMLDivElement>(null);
  useEffect(() => {
    store.holding = () => isReading(table.current);
    return () => store.close();
  }, [store]);
  useEffect(() => store.show(filter), [store, filter]);
  useEffect(() => {
    document.title = "Coverage · Playhead";
  }, []);
  const site = store.site.value;
  const rows = store.rows.value;
  const failure = store.failure.value;
  if (sites?.length === 0) return <NoSites />;
  // Nothing of that day has been told: figures without it would be wrong.
  const isAway = failure?.code === "site.away" && rows === null;
  const today = todayOf(site, filter);
  const day = filter.day ?? site?.day ?? today;
  const chosen = (to: string): string | null => (to === today ? null : to);
  return (
    <Page>
      <PageHead title="Coverage" lead={leadOf(site, day, today, sites !== null)}>
        {sites !== null && sites.length > 1 && (
          <SiteChooser
            sites={sites}
            site={filter.site ?? ""}
            onChange={(to) => show({ ...filter, site: to, day: null })}
          />
        )}
        <DayChooser day={day} today={today} onChange={(to) => show({ ...filter, day: chosen(to) })} />
      </PageHead>
      {failure !== null && !isAway && <FailureNotice failure={failure} onRemedy={remedyOf(() => void store.load())} />}
      <ServerHealth />
      {isAway ? (
        <Empty
          icon="network"
          title={`${filter.site} is not connected`}
          hint="What its workstations do now is not known here. The days that it has told of can be looked at."
        />
      ) : (
        <>
          <NowFigures store={store} />
          <Tools filter={filter} store={store} />
        </>
      )}
      {rows !== null && rows.length >= ROWS_MAX && (
        <Notice
          title={`The first ${ROWS_MAX.toLocaleString("en")} workstations are shown.`}
          hint="The search finds the others."
        />
      )}
      {rows === null && failure === null && <TableSkeleton label="Loading the day" />}
      {rows?.length === 0 && <Nothing filter={filter} />}
      {site !== null && rows !== null && rows.length > 0 && (
        <div ref={table} class={css.rows} aria-busy={store.pending.value}>
          <Rows site={site} rows={rows} filter={filter} />
        </div>
      )}
    </Page>
  );
}

function NoSites() {
  return (
    <Page>
      <PageHead title="Coverage" />
      <Empty
        icon="coverage"
        title="No sites yet"
        hint="Whoever runs the cloud adds one with playhead cloud site add. Its workstations are accounted for here then."
      />
    </Page>
  );
}

function leadOf(site: SiteDay | null, day: string, today: string, isNamed: boolean): string {
  if (site === null) return "";
  const title = isNamed ? `${dayTitle(day, today)} at ${site.site}` : dayTitle(day, today);
  return `${title}, by the clocks of ${site.timeZone}.`;
}

const keyOf = (item: PlacedDay): string => item.workstation;
const titleOf = (item: PlacedDay): string => GROUP_TITLES[item.group];

interface RowsProps {
  readonly site: SiteDay;
  readonly rows: readonly PlacedDay[];
  readonly filter: CoverageFilter;
}

function Rows({ site, rows, filter }: RowsProps) {
  const { day } = filter;
  const frame = useMemo(
    () =>
      frameOf(
        site,
        site.items.map((one) => one.strip),
      ),
    [site],
  );
  const columns = useMemo(() => coverageColumns(frame, day), [frame, day]);
  const href = useMemo(() => (item: PlacedDay) => workstationAddress(item.workstation, day), [day]);
  const narrow = useMemo(() => (item: PlacedDay) => <CoverageRow item={item} frame={frame} day={day} />, [frame, day]);
  return (
    <Table
      label="Workstations"
      columns={columns}
      rows={rows}
      keyOf={keyOf}
      groupOf={titleOf}
      href={href}
      narrow={narrow}
      pageKeys
    />
  );
}

/** So long nobody types before it is searched. */
const SEARCH_AFTER_MS = 250;

function Tools({ filter, store }: { readonly filter: CoverageFilter; readonly store: CoverageStore }) {
  const [typed, setTyped] = useState(filter.search);
  useEffect(() => setTyped(filter.search), [filter.search]);
  useEffect(() => {
    if (typed.trim() === filter.search) return;
    const timer = setTimeout(() => show({ ...filter, search: typed.trim() }), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed, filter]);
  const rows = store.rows.value ?? [];
  const { misplaced } = store;
  return (
    <>
      <div class={css.tools}>
        <div class={css.find}>
          <SearchBox label="Agent or workstation" value={typed} maxLength={SEARCH_CHARS_MAX} onInput={setTyped} />
        </div>
        <Checkbox checked={filter.problems} onChange={(problems) => show({ ...filter, problems })}>
          Problems only
        </Checkbox>
        <span class={css.space} />
        {misplaced > 0 && (
          <Button small kind="quiet" icon="refresh" onClick={() => store.sort()}>
            {misplaced === 1 ? "1 changed: sort anew" : `${misplaced} changed: sort anew`}
          </Button>
        )}
      </div>
      <div class={css.legend}>
        <StripLegend label="What became of the time that was due" shares={sharesOf(rows)} />
      </div>
    </>
  );
}

function Nothing({ filter }: { readonly filter: CoverageFilter }) {
  const all = <Button onClick={() => show({ ...filter, search: "", problems: false })}>Show all workstations</Button>;
  if (filter.search !== "") {
    return (
      <Empty icon="search" title="No workstation is like that" hint="The search looks at agents and workstations.">
        {all}
      </Empty>
    );
  }
  if (filter.problems) {
    return (
      <Empty icon="check" title="No problems" hint="Nothing is missing that should have been recorded.">
        {all}
      </Empty>
    );
  }
  return (
    <Empty
      icon="coverage"
      title="No workstations yet"
      hint="Once one is enrolled, each of its days is accounted for here: what was recorded, and why the rest was not."
    />
  );
}
