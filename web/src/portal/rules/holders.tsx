/** Who has the rules that are for them. */

import { useMemo } from "preact/hooks";
import { sinceText } from "../../core/ago.ts";
import type { Holder, RuleSet } from "../../core/rule-sets.ts";
import { Badge } from "../../ui/badge.tsx";
import { Empty } from "../../ui/notice.tsx";
import { Table } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { wallNow } from "../clock.ts";
import css from "./rules.module.css";

function State({ holder }: { readonly holder: Holder }) {
  if (holder.toldAt === null) return <Badge tone="neutral">Has not asked yet</Badge>;
  return holder.holds ? <Badge tone="accent">Has them</Badge> : <Badge tone="warn">Has older ones</Badge>;
}

function columnsOf(nameOf: (id: string) => string): readonly Column<Holder>[] {
  const ago = (at: Date | null): string => (at === null ? "–" : sinceText(at, wallNow()));
  return [
    {
      key: "workstation",
      title: "Workstation",
      width: "minmax(9rem, 1fr)",
      min: 9,
      priority: 0,
      cell: (row) => row.workstation,
    },
    { key: "agent", title: "Agent", width: "minmax(7rem, 1fr)", min: 7, priority: 2, cell: (row) => row.agent },
    {
      key: "rules",
      title: "Rules for it",
      width: "minmax(10rem, 2fr)",
      min: 10,
      priority: 1,
      cell: (row) => row.rules.map(nameOf).join(", ") || "None",
    },
    { key: "state", title: "State", width: "9.5rem", min: 9.5, priority: 0, cell: (row) => <State holder={row} /> },
    { key: "told", title: "Asked", width: "8rem", min: 8, priority: 3, cell: (row) => ago(row.toldAt) },
    { key: "events", title: "Newest events", width: "8rem", min: 8, priority: 4, cell: (row) => ago(row.eventsAt) },
  ];
}

interface HoldersProps {
  readonly holders: readonly Holder[];
  readonly sets: readonly RuleSet[];
  /** Only those that this set is for. */
  readonly of?: string | undefined;
}

export function Holders({ holders, sets, of }: HoldersProps) {
  const names = useMemo(() => new Map(sets.map((one) => [one.id, one.name])), [sets]);
  const columns = useMemo(() => columnsOf((id) => names.get(id) ?? id), [names]);
  const shown = of === undefined ? holders : holders.filter((one) => one.rules.includes(of));
  if (shown.length === 0) {
    return (
      <Empty
        icon="monitor"
        title={of === undefined ? "No workstations yet" : "For no workstation"}
        hint={
          of === undefined
            ? "Once one is enrolled, what it has is listed here."
            : "Nobody of the groups that these rules are rolled out to was seen at a workstation."
        }
      />
    );
  }
  return (
    <Table
      label="Who has them"
      columns={columns}
      rows={shown}
      keyOf={(row) => row.workstation}
      narrow={(row) => (
        <span class={css.narrow}>
          <strong>
            {row.workstation} {row.agent !== "" && `· ${row.agent}`}
          </strong>
          <State holder={row} />
        </span>
      )}
    />
  );
}
