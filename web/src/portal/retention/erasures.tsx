/** What was erased, and the certificate of each. */

import { shortWhenText } from "../../core/ago.ts";
import { type Erasure, eraserText, phaseText } from "../../core/retention.ts";
import { Badge } from "../../ui/badge.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { wallNow } from "../clock.ts";
import { Paged, remedyOf, useLoaded } from "../loaded.ts";
import { certificateAddress, listErasures } from "./api.ts";
import css from "./retention.module.css";

const keyOf = (item: Erasure): string => item.id;

function Certificate({ item }: { readonly item: Erasure }) {
  // There is none before the keys are gone.
  if (item.erasedAt === null) return null;
  return (
    <span class={css.certificate}>
      <LinkButton
        small
        kind="quiet"
        icon="download"
        href={certificateAddress(item.id)}
        download={`erasure-${item.recording}.json`}
      >
        Certificate<span class="spoken"> of {item.recording}</span>
      </LinkButton>
    </span>
  );
}

const TONES = { begun: "warn", shredded: "accent", removed: "neutral" } as const;

/** When its keys were destroyed. */
function erasedText(item: Erasure): string {
  return item.erasedAt === null ? "Not yet" : shortWhenText(item.erasedAt, wallNow());
}

function Phase({ item }: { readonly item: Erasure }) {
  return <Badge tone={TONES[item.phase]}>{phaseText(item.phase)}</Badge>;
}

const COLUMNS: readonly Column<Erasure>[] = [
  {
    key: "erased",
    title: "Erased",
    width: "11rem",
    min: 11,
    priority: 0,
    cell: (item) => <span class="figures">{erasedText(item)}</span>,
  },
  {
    key: "agent",
    title: "Agent",
    width: "minmax(8rem, 1fr)",
    min: 8,
    priority: 0,
    cell: (item) => <span class={css.name}>{item.agent || "Unknown agent"}</span>,
  },
  {
    key: "started",
    title: "Recorded",
    width: "11rem",
    min: 11,
    priority: 2,
    cell: (item) => <span class="figures">{shortWhenText(item.startedAt, wallNow())}</span>,
  },
  {
    key: "by",
    title: "By",
    width: "minmax(6rem, 0.8fr)",
    min: 6,
    priority: 1,
    cell: (item) => eraserText(item.by),
  },
  {
    key: "reason",
    title: "Reason",
    width: "minmax(9rem, 2fr)",
    min: 9,
    priority: 1,
    cell: (item) => <span title={item.reason}>{item.reason}</span>,
  },
  { key: "phase", title: "State", width: "8rem", min: 8, priority: 2, cell: (item) => <Phase item={item} /> },
  {
    key: "certificate",
    title: "Certificate",
    silent: true,
    width: "8rem",
    min: 8,
    priority: 0,
    cell: (item) => <Certificate item={item} />,
  },
];

const narrowOf = (item: Erasure) => (
  <span class={css.narrow}>
    <span class={css.name}>{item.agent || "Unknown agent"}</span>
    <span class={css.hint}>
      {erasedText(item)} · {eraserText(item.by)}
    </span>
    <span class={css.hint}>{item.reason}</span>
  </span>
);

const besideOf = (item: Erasure) => <Certificate item={item} />;

export function Erasures() {
  const list = useLoaded("", () => new Paged(listErasures));
  const items = list.items.value;
  const failure = list.failure.value;
  const more = list.next.value !== null;
  return (
    <Section
      title="Erased"
      hint="Each with a certificate that the site has signed: what it was, when it went, and why."
    >
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void list.load())} />}
      {items === null && failure === null && <TableSkeleton label="Loading what was erased" rows={3} />}
      {items?.length === 0 && <p class={css.hint}>Nothing has been erased yet.</p>}
      {items !== null && items.length > 0 && (
        <>
          <Table
            label="Erased"
            columns={COLUMNS}
            rows={items}
            keyOf={keyOf}
            narrow={narrowOf}
            beside={besideOf}
            more={more}
          />
          <Pager more={more} loading={list.loading.value} end="That is all." onMore={() => void list.more()} />
        </>
      )}
    </Section>
  );
}
