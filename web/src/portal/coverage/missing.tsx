/** What is missing of a day, stretch by stretch, with a link to what was recorded around it. */

import { useMemo } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { recordingAround } from "../../core/coverage-words.ts";
import type { RecordingItem } from "../../core/library.ts";
import { linesAround } from "../../core/logs.ts";
import { readsLogs } from "../../core/modules.ts";
import { reasonSentence } from "../../core/reasons.ts";
import { addressOf } from "../../core/route.ts";
import type { SiteDay, StripSpan } from "../../core/site-coverage.ts";
import { missingSpans, momentOfDay } from "../../core/strip.ts";
import { lengthText } from "../../core/time.ts";
import { FailureNotice } from "../../ui/notice.tsx";
import { Swatch } from "../../ui/strip.tsx";
import { Table } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { Loaded, remedyOf, useLoaded } from "../loaded.ts";
import { recordingsOf } from "./api.ts";
import css from "./coverage.module.css";

const keyOf = (span: StripSpan): string => `${span.fromMs} ${span.kind}`;

function Why({ span }: { readonly span: StripSpan }) {
  return (
    <span class={css.why}>
      <Swatch kind={span.kind} />
      <span>{reasonSentence(span.kind)}</span>
    </span>
  );
}

function Around({ site, span, recordings }: StretchProps) {
  const found = recordingAround(recordings, site.from, span);
  if (found === null) return <span class={css.muted}>–</span>;
  return (
    <a class={`link ${css.over}`} href={addressOf({ page: "recording", id: found.id, momentUs: found.momentUs })}>
      What was before it
    </a>
  );
}

interface StretchProps {
  readonly site: SiteDay;
  readonly span: StripSpan;
  readonly recordings: readonly RecordingItem[];
}

function Lines({ id, site, span }: Pick<MissingProps, "id" | "site"> & { readonly span: StripSpan }) {
  const from = site.from.getTime();
  return (
    <a class={`link ${css.over}`} href={linesAround(id, from + span.fromMs, from + span.toMs)}>
      Log lines
    </a>
  );
}

function columnsOf(
  { id, site, session }: MissingProps,
  recordings: readonly RecordingItem[],
): readonly Column<StripSpan>[] {
  const at = (ms: number): string => momentOfDay(site.from, ms, site.timeZone, true);
  const lines: Column<StripSpan> = {
    key: "lines",
    title: "Log",
    width: "6rem",
    min: 6,
    priority: 1,
    cell: (span) => <Lines id={id} site={site} span={span} />,
  };
  return [
    {
      key: "time",
      title: "Time",
      width: "13.5rem",
      min: 13.5,
      priority: 0,
      cell: (span) => (
        <span class="figures">
          {at(span.fromMs)} – {at(span.toMs)}
        </span>
      ),
    },
    {
      key: "length",
      title: "Length",
      width: "7rem",
      min: 7,
      priority: 0,
      end: true,
      cell: (span) => <span class="figures">{lengthText(span.toMs - span.fromMs)}</span>,
    },
    {
      key: "why",
      title: "Why",
      width: "minmax(14rem, 2fr)",
      min: 14,
      priority: 0,
      cell: (span) => <Why span={span} />,
    },
    {
      key: "recording",
      title: "Recording",
      width: "minmax(9rem, 1fr)",
      min: 9,
      priority: 1,
      cell: (span) => <Around site={site} span={span} recordings={recordings} />,
    },
    ...(readsLogs(session) ? [lines] : []),
  ];
}

interface MissingProps {
  readonly id: string;
  readonly site: SiteDay;
  readonly strip: readonly StripSpan[];
  readonly session: Session;
}

export function MissingStretches(props: MissingProps) {
  const { id, site, strip, session } = props;
  const recordings = useLoaded(
    `${id} ${site.day}`,
    () => new Loaded((signal) => recordingsOf(id, site.from, site.to, signal)),
  );
  const known = recordings.value.value;
  const spans = useMemo(() => missingSpans(strip), [strip]);
  const columns = useMemo(() => columnsOf(props, known ?? []), [id, site, session, known]);
  const narrow = useMemo(
    () => (span: StripSpan) => (
      <span class={css.narrow}>
        <span class={css.line}>
          <span class="figures">{momentOfDay(site.from, span.fromMs, site.timeZone, true)}</span>
          <span class={css.muted}>{lengthText(span.toMs - span.fromMs)}</span>
          <span class={css.space} />
          <Around site={site} span={span} recordings={known ?? []} />
          {readsLogs(session) && <Lines id={id} site={site} span={span} />}
        </span>
        <Why span={span} />
      </span>
    ),
    [id, site, session, known],
  );
  const failure = recordings.failure.value;
  if (spans.length === 0) return <p class={css.fine}>Nothing is missing.</p>;
  return (
    <>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void recordings.load())} />}
      <Table label="Missing stretches" columns={columns} rows={spans} keyOf={keyOf} narrow={narrow} />
    </>
  );
}
