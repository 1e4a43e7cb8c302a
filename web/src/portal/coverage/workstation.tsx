/** One workstation's coverage: its days as strips, and of one day each stretch that is missing. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import {
  type CoverageFilter,
  coverageParams,
  daysOn,
  dayTitle,
  faultMs,
  inCoverageOrder,
  type PlacedDay,
  readCoverageFilter,
  sharesOf,
  shareText,
} from "../../core/coverage-words.ts";
import { addressOf } from "../../core/route.ts";
import { type NamedDay, readPresent, type SiteDay } from "../../core/site-coverage.ts";
import { lengthText } from "../../core/time.ts";
import { IconButton, LinkButton } from "../../ui/button.tsx";
import { Figure, Figures } from "../../ui/figures.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead, Section } from "../../ui/page.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { StripAxis, StripLegend } from "../../ui/strip.tsx";
import { BlackoutButton } from "../blackout/button.tsx";
import { BlackoutLine, isDark } from "../blackout/line.tsx";
import { useWorkstation } from "../blackout/workstation.ts";
import { listen } from "../feed.ts";
import { Loaded, remedyOf, useLoaded } from "../loaded.ts";
import { go } from "../router.ts";
import { getDayOf, getDays } from "./api.ts";
import { type DayFrame, DayStrip, frameOf, State, workstationAddress } from "./columns.tsx";
import css from "./coverage.module.css";
import { DayChooser } from "./day-chooser.tsx";
import { MissingStretches } from "./missing.tsx";

/** So many days stand below each other. */
const DAYS = 14;

interface Known {
  readonly site: SiteDay;
  readonly item: PlacedDay | null;
  readonly today: string;
  readonly days: readonly NamedDay[];
}

/** The day, today and the days around it. The day's bounds come with the site's own list. */
async function load(id: string, filter: CoverageFilter, signal: AbortSignal): Promise<Known> {
  const site = await getDayOf(id, filter.day, signal);
  const isToday = site.from <= site.now && site.now < site.to;
  const today = isToday ? site.day : (await getDayOf(id, null, signal)).day;
  // The newest days, or those up to the one that lies further back.
  const last = site.day > daysOn(today, -DAYS) ? today : site.day;
  const days = await getDays(id, last, DAYS, signal);
  const found = site.items.filter((one) => one.workstation === id);
  return { site, item: inCoverageOrder(found, isToday)[0] ?? null, today, days };
}

interface WorkstationProps {
  readonly id: string;
  readonly query: string;
  readonly session: Session;
}

export function WorkstationPage({ id, query, session }: WorkstationProps) {
  const filter = useMemo(() => readCoverageFilter(query), [query]);
  const loaded = useLoaded(query, () => new Loaded((signal) => load(id, filter, signal)));
  const station = useWorkstation(id);
  useFresh(id, loaded);
  useEffect(() => {
    document.title = `${id} · Coverage · Playhead`;
  }, [id]);
  const known = loaded.value.value;
  const failure = loaded.failure.value;
  if (known === null && failure?.code === "workstation.not_found") return <Unknown id={id} />;
  return (
    <Page>
      <div class={css.title}>
        <IconButton
          icon="back"
          label="All workstations"
          onClick={() => go(backAddress(filter, session.sites === null ? null : (known?.site.site ?? null)))}
        />
        <PageHead title={known?.item?.agent || station?.agent || id} lead={id}>
          {known !== null && (
            <DayChooser
              day={known.site.day}
              today={known.today}
              onChange={(to) => go(workstationAddress(id, to === known.today ? null : to), "replace")}
            />
          )}
        </PageHead>
      </div>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {station !== null && isDark(station) && <BlackoutLine item={station} session={session} />}
      {known === null ? (
        failure === null && <Bone width="100%" height="20rem" />
      ) : (
        <Shown id={id} known={known} session={session}>
          {station !== null && !isDark(station) && <BlackoutButton item={station} session={session} />}
        </Shown>
      )}
    </Page>
  );
}

/** A day that goes on is asked for again this often, and soon after the feed told of a change. */
const FRESH_MS = 30_000;
const SOON_MS = 1_000;

function useFresh(id: string, loaded: Loaded<Known>): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const site = loaded.value.value?.site;
        const goesOn = site === undefined || (site.from <= site.now && site.now < site.to);
        if (goesOn && document.visibilityState === "visible") void loaded.load();
        again(FRESH_MS);
      }, ms);
    };
    again(FRESH_MS);
    const unlisten = listen({
      coverage: (item) => {
        if (readPresent(item).workstation === id) again(SOON_MS);
      },
      resync: () => again(SOON_MS),
    });
    return () => {
      clearTimeout(timer);
      unlisten();
    };
  }, [id, loaded]);
}

/** The list of the day that is shown, of the site that it is shown of where there are several. */
function backAddress({ day }: CoverageFilter, site: string | null): string {
  const query = coverageParams({ day, site, search: "", problems: false }).toString();
  return addressOf({ page: "coverage", workstation: null, query });
}

interface ShownProps {
  readonly id: string;
  readonly known: Known;
  readonly session: Session;
  /** What can be done, beside how it is now. */
  readonly children: ComponentChildren;
}

function Shown({ id, known, session, children }: ShownProps) {
  const { site, item, today, days } = known;
  const frame = useMemo(
    () =>
      frameOf(
        site,
        days.map((one) => one.strip),
      ),
    [site, days],
  );
  const day = days.find((one) => one.day === site.day) ?? item;
  return (
    <>
      {item !== null && frame.nowMs !== null && (
        <div class={css.facts}>
          <State item={item} />
          {children}
        </div>
      )}
      <DayFigures days={days} day={day} title={dayTitle(site.day, today)} />
      <StripLegend label={`What became of the time that was due in ${days.length} days`} shares={sharesOf(days)} />
      <Days id={id} days={days} known={known} frame={frame} />
      <Section title={`Missing: ${dayTitle(site.day, today)}`}>
        <MissingStretches id={id} site={site} strip={day?.strip ?? []} session={session} />
      </Section>
    </>
  );
}

type Counted = Pick<NamedDay, "dueMs" | "keptMs" | "missing">;

function DayFigures({
  days,
  day,
  title,
}: {
  readonly days: readonly NamedDay[];
  readonly day: Counted | null;
  readonly title: string;
}) {
  const sum = (of: (one: NamedDay) => number): number => days.reduce((all, one) => all + of(one), 0);
  const [dueMs, keptMs] = [sum((one) => one.dueMs), sum((one) => one.keptMs)];
  const badMs = sum((one) => faultMs(one.missing));
  const dayBadMs = day === null ? 0 : faultMs(day.missing);
  return (
    <Figures>
      <Figure
        value={day === null ? "–" : shareText(day.keptMs, day.dueMs)}
        label={`recorded: ${title.toLowerCase()}`}
        hint={day === null ? " " : `${lengthText(day.keptMs)} of ${lengthText(day.dueMs)} that were due`}
      />
      <Figure
        value={lengthText(dayBadMs)}
        label="missing without an excuse that day"
        tone={dayBadMs >= 500 ? "warn" : "plain"}
      />
      <Figure
        value={shareText(keptMs, dueMs)}
        label={`recorded in ${days.length} days`}
        hint={`${lengthText(keptMs)} of ${lengthText(dueMs)} that were due`}
      />
      <Figure
        value={lengthText(badMs)}
        label={`missing without an excuse in ${days.length} days`}
        tone={badMs >= 500 ? "warn" : "plain"}
      />
    </Figures>
  );
}

interface DaysProps {
  readonly id: string;
  readonly days: readonly NamedDay[];
  readonly known: Known;
  readonly frame: DayFrame;
}

function Days({ id, days, known, frame }: DaysProps) {
  const { site, today } = known;
  // Hours of another day may lie elsewhere where clocks are set; the day that is chosen has its own line and hours.
  const plain = { ...frame, nowMs: null };
  return (
    <div class={css.days}>
      <div class={css.axisRow} aria-hidden="true">
        <span />
        <StripAxis marks={frame.marks} window={frame.window} />
        <span class={css.end}>Recorded</span>
        <span class={css.end}>Missing</span>
      </div>
      <ul aria-label="Days">
        {days.map((one) => (
          <li key={one.day} class={css.dayRow} data-here={one.day === site.day}>
            <a
              class={`${css.dayLink} figures`}
              href={workstationAddress(id, one.day === today ? null : one.day)}
              aria-current={one.day === site.day ? "date" : undefined}
            >
              {dayTitle(one.day, today, undefined, true)}
            </a>
            <DayStrip
              item={one}
              frame={one.day === site.day ? frame : plain}
              onOpen={() => go(workstationAddress(id, one.day === today ? null : one.day))}
            />
            <span class={`${css.end} figures`}>{shareText(one.keptMs, one.dueMs)}</span>
            <span class={`${css.end} figures ${faultMs(one.missing) >= 500 ? css.fault : css.muted}`}>
              {one.dueMs - one.keptMs < 500 ? "–" : lengthText(one.dueMs - one.keptMs)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Unknown({ id }: { readonly id: string }) {
  return (
    <Page>
      <Empty wholePage icon="monitor" title="There is no such workstation" hint={`None is called “${id}”.`}>
        <LinkButton href="/coverage">All workstations</LinkButton>
      </Empty>
    </Page>
  );
}
