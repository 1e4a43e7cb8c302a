/** Single events, each with a link to where it can be watched. */

import { useMemo } from "preact/hooks";
import type { DesktopMoment } from "../../core/analytics.ts";
import { desktopMomentText, timeText } from "../../core/analytics-words.ts";
import { addressOf } from "../../core/route.ts";
import { clockText, shortDayText } from "../../core/time.ts";
import { Button } from "../../ui/button.tsx";
import { Counted } from "../../ui/counted.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { Paged, remedyOf, useLoaded } from "../loaded.ts";
import css from "./analytics.module.css";
import { listIdle, listMoments } from "./api.ts";
import type { SectionProps } from "./section.ts";

export const placeAddress = (moment: Pick<DesktopMoment, "place">): string | null =>
  moment.place === null
    ? null
    : addressOf({ page: "recording", id: moment.place.recording, momentUs: Math.max(0, moment.place.atUs) });

function What({ moment }: { readonly moment: DesktopMoment }) {
  const { title, detail } = desktopMomentText(moment);
  const href = placeAddress(moment);
  return (
    <span class={css.what}>
      {href === null ? (
        <span title="It was not recorded, or you may not see it">{title}</span>
      ) : (
        <a href={href}>{title}</a>
      )}
      {detail !== "" && <small>{detail}</small>}
    </span>
  );
}

function columnsAt(now: Date): readonly Column<DesktopMoment>[] {
  return [
    {
      key: "at",
      title: "When",
      width: "9.5rem",
      min: 9.5,
      priority: 0,
      cell: (row) => (
        <span class="figures">
          {shortDayText(row.at, now)}, {clockText(row.at, true)}
        </span>
      ),
    },
    {
      key: "what",
      title: "What",
      width: "minmax(14rem, 3fr)",
      min: 14,
      priority: 0,
      opens: true,
      cell: (row) => <What moment={row} />,
    },
    {
      key: "application",
      title: "Application",
      width: "minmax(8rem, 1fr)",
      min: 8,
      priority: 1,
      cell: (row) => row.application,
    },
    { key: "agent", title: "Agent", width: "8rem", min: 8, priority: 2, cell: (row) => row.agent },
    {
      key: "lasts",
      title: "For",
      width: "6.5rem",
      min: 6.5,
      priority: 1,
      end: true,
      cell: (row) => <span class="figures">{row.lastsMs === 0 ? "" : timeText(row.lastsMs)}</span>,
    },
  ];
}

const keyOf = (row: DesktopMoment): string =>
  `${row.workstation} ${row.at.getTime()} ${row.kind} ${row.rule} ${row.detail}`;

export function MomentsSection({ filter, now, longestIdle }: SectionProps & { readonly longestIdle: boolean }) {
  const counted = useMemo(() => ({ words: "" }), [filter]);
  const loaded = useLoaded(JSON.stringify(filter) + now.getTime(), () => {
    return new Paged(async (before, signal) => {
      const page = longestIdle ? await listIdle(filter, now, signal) : await listMoments(filter, now, before, signal);
      counted.words = page.counted;
      return page;
    });
  });
  const items = loaded.items.value;
  const failure = loaded.failure.value;
  const columns = useMemo(() => columnsAt(now), [now]);
  return (
    <>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {items === null && failure === null && <TableSkeleton label="Looking for moments" />}
      {items !== null && (
        <div class={css.choose}>
          <p class={css.foot}>
            {longestIdle
              ? "Stretches in which nobody used keyboard or pointer, the longest first."
              : "The newest first."}
          </p>
          <Counted what="a moment">{counted.words}</Counted>
        </div>
      )}
      {items?.length === 0 && (
        <Empty icon="search" title="No such moment" hint="Nothing fits what this is narrowed to in that time." />
      )}
      {items !== null && items.length > 0 && (
        <>
          <Table
            label="Moments"
            columns={columns}
            rows={items}
            keyOf={keyOf}
            more={loaded.next.value !== null}
            narrow={(row) => (
              <span class={css.narrow}>
                <What moment={row} />
                <span class="figures">
                  {shortDayText(row.at, now)}, {clockText(row.at, true)} · {row.agent}
                </span>
              </span>
            )}
          />
          {loaded.next.value !== null && (
            <div>
              <Button busy={loaded.loading.value} onClick={() => void loaded.more()}>
                Show more
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}
