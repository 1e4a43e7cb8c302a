/** What is missing of a day, stretch by stretch, with a link to what was recorded around it. */

import { useMemo } from "preact/hooks";
import { recordingAround } from "../../core/coverage-words.ts";
import type { RecordingItem } from "../../core/library.ts";
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
    <a class={css.link} href={addressOf({ page: "recording", id: found.id, momentUs: found.momentUs })}>
      What was before it
    </a>
  );
}

interface StretchProps {
  readonly site: SiteDay;
  readonly span: StripSpan;
  readonly recordings: readonly RecordingItem[];
}

function columnsOf(site: SiteDay, recordings: readonly RecordingItem[]): readonly Column<StripSpan>[] {
  const at = (ms: number): string => momentOfDay(site.from, ms, site.timeZone, true);
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
  ];
}

interface MissingProps {
  readonly id: string;
  readonly site: SiteDay;
  readonly strip: readonly StripSpan[];
}

export function MissingStretches({ id, site, strip }: MissingProps) {
  const recordings = useLoaded(
    `${id} ${site.day}`,
    () => new Loaded((signal) => recordingsOf(id, site.from, site.to, signal)),
  );
  const known = recordings.value.value;
  const spans = useMemo(() => missingSpans(strip), [strip]);
  const columns = useMemo(() => columnsOf(site, known ?? []), [site, known]);
  const narrow = useMemo(
    () => (span: StripSpan) => (
      <span class={css.narrow}>
        <span class={css.line}>
          <span class="figures">{momentOfDay(site.from, span.fromMs, site.timeZone, true)}</span>
          <span class={css.muted}>{lengthText(span.toMs - span.fromMs)}</span>
          <span class={css.space} />
          <Around site={site} span={span} recordings={known ?? []} />
        </span>
        <Why span={span} />
      </span>
    ),
    [site, known],
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
