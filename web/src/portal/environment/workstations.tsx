/** Every workstation and what its doctor found, the worst first. */

import { useMemo, useState } from "preact/hooks";
import { agoText } from "../../core/ago.ts";
import type { ExaminedItem } from "../../core/environment.ts";
import { countsText, inOrder } from "../../core/environment-words.ts";
import { addressOf } from "../../core/route.ts";
import { Dot } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { SearchBox } from "../../ui/search.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { wallNow } from "../clock.ts";
import { remedyOf } from "../loaded.ts";
import { WORKSTATIONS_MAX } from "./api.ts";
import css from "./environment.module.css";
import { SeverityBadge } from "./finding.tsx";
import type { EnvironmentStore } from "./store.ts";

function Link({ item }: { readonly item: ExaminedItem }) {
  return (
    <span class={css.state}>
      <Dot tone={item.connected ? "accent" : "neutral"} />
      {item.connected ? "Connected" : "Not connected"}
    </span>
  );
}

function foundText(item: ExaminedItem): string {
  if (item.worst === null) return "It has not told yet";
  const wrong = countsText(item.counts);
  return wrong === "" ? "All is well" : wrong;
}

const whenText = (item: ExaminedItem): string => (item.at === null ? "–" : agoText(item.at, wallNow()));
const unreachedText = (item: ExaminedItem): string => item.unreached.join(", ") || "–";

const COLUMNS: readonly Column<ExaminedItem>[] = [
  {
    key: "workstation",
    title: "Workstation",
    width: "minmax(10rem, 1.2fr)",
    min: 10,
    priority: 0,
    cell: (item) => <span class={css.what}>{item.workstation}</span>,
  },
  {
    key: "worst",
    title: "Worst",
    width: "6rem",
    min: 6,
    priority: 0,
    cell: (item) => (item.worst === null ? <span class={css.muted}>–</span> : <SeverityBadge severity={item.worst} />),
  },
  {
    key: "found",
    title: "Found",
    width: "minmax(11rem, 1.5fr)",
    min: 11,
    priority: 0,
    cell: (item) => foundText(item),
  },
  {
    key: "unreached",
    title: "Does not reach",
    width: "minmax(8rem, 1fr)",
    min: 8,
    priority: 2,
    cell: (item) => <span class={item.unreached.length > 0 ? css.fault : css.muted}>{unreachedText(item)}</span>,
  },
  {
    key: "at",
    title: "Looked over",
    width: "9rem",
    min: 9,
    priority: 1,
    cell: (item) => <span class="figures">{whenText(item)}</span>,
  },
  { key: "connected", title: "Now", width: "9rem", min: 9, priority: 1, cell: (item) => <Link item={item} /> },
];

const keyOf = (item: ExaminedItem): string => item.workstation;
const hrefOf = (item: ExaminedItem): string =>
  addressOf({ page: "environment", section: "workstations", workstation: item.workstation });
const narrowOf = (item: ExaminedItem) => (
  <span class={css.narrow}>
    <span class={css.pair}>
      <span class={css.what}>{item.workstation}</span>
      {item.worst !== null && <SeverityBadge severity={item.worst} />}
    </span>
    <span>{foundText(item)}</span>
    <span class={css.pair}>
      <Link item={item} /> <span class={`${css.muted} figures`}>{whenText(item)}</span>
    </span>
  </span>
);

export function Workstations({ store }: { readonly store: EnvironmentStore }) {
  const findings = store.findings.value.value;
  const failure = store.findings.failure.value;
  const [typed, setTyped] = useState("");
  const rows = useMemo(() => {
    const words = typed.trim().toLowerCase();
    return inOrder((findings?.workstations ?? []).filter((one) => one.workstation.toLowerCase().includes(words)));
  }, [findings, typed]);
  return (
    <>
      <PageHead
        title="Workstations"
        lead="Each looks over itself when it starts and daily, and tells this server what it found."
      />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void store.load())} />}
      <div class={css.find}>
        <SearchBox label="Workstation" value={typed} maxLength={63} onInput={setTyped} />
      </div>
      {findings?.next != null && (
        <Notice
          title={`The first ${WORKSTATIONS_MAX.toLocaleString("en")} workstations are shown.`}
          hint="What is wrong at the others stands in the overview."
        />
      )}
      {findings === null && failure === null && <TableSkeleton label="Loading the workstations" />}
      {findings !== null && findings.workstations.length === 0 && (
        <Empty
          icon="monitor"
          title="No workstations yet"
          hint="Once one is enrolled, it tells here which ports it reaches and what stands in its way."
        />
      )}
      {findings !== null && findings.workstations.length > 0 && rows.length === 0 && (
        <Empty icon="search" title="No workstation is called that" hint="The search looks at their names.">
          <Button onClick={() => setTyped("")}>Show all workstations</Button>
        </Empty>
      )}
      {rows.length > 0 && (
        <Table
          label="Workstations"
          columns={COLUMNS}
          rows={rows}
          keyOf={keyOf}
          href={hrefOf}
          narrow={narrowOf}
          pageKeys
        />
      )}
    </>
  );
}
