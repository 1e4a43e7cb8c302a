/** An entry as a row. */

import { type AuditItem, subjectAddress } from "../../core/audit.ts";
import { actionWords, actorWords, auditTone } from "../../core/audit-words.ts";
import { brief } from "../../core/brief.ts";
import { clockText } from "../../core/time.ts";
import type { Column } from "../../ui/table-row.tsx";
import css from "./audit.module.css";

export function What({ item }: { readonly item: AuditItem }) {
  const words = actionWords(item.action);
  return <span class={css[auditTone(item.action)]}>{words}</span>;
}

export function Subject({ item }: { readonly item: AuditItem }) {
  const address = subjectAddress(item);
  if (item.subject === "") return null;
  return address === null ? (
    <span title={item.subject}>{brief(item.subject)}</span>
  ) : (
    <a class={`link ${css.over}`} href={address} title={item.subject}>
      {brief(item.subject)}
    </a>
  );
}

export const AUDIT_COLUMNS: readonly Column<AuditItem>[] = [
  {
    key: "at",
    title: "Time",
    width: "6.5rem",
    min: 6.5,
    priority: 0,
    cell: (item) => <span class="figures">{clockText(item.at, true)}</span>,
  },
  {
    key: "actor",
    title: "Who",
    width: "minmax(7rem, 0.8fr)",
    min: 7,
    priority: 0,
    cell: (item) => <span class={css.who}>{actorWords(item.actor)}</span>,
  },
  {
    key: "action",
    title: "What",
    width: "minmax(13rem, 1.5fr)",
    min: 13,
    priority: 0,
    cell: (item) => <What item={item} />,
  },
  {
    key: "subject",
    title: "Object",
    width: "minmax(9rem, 1fr)",
    min: 9,
    priority: 1,
    cell: (item) => <Subject item={item} />,
  },
  {
    key: "address",
    title: "IP address",
    width: "minmax(8rem, 0.8fr)",
    min: 8,
    priority: 2,
    cell: (item) => <span class="figures">{item.address}</span>,
  },
  {
    key: "page",
    title: "Page",
    width: "minmax(8rem, 1fr)",
    min: 8,
    priority: 3,
    cell: (item) => <span class={css.muted}>{item.page}</span>,
  },
];

/** Where there is no room for columns. */
export function AuditRow({ item }: { readonly item: AuditItem }) {
  return (
    <span class={css.narrow}>
      <span class={css.line}>
        <span class={css.who}>{actorWords(item.actor)}</span> <What item={item} />
        {item.subject !== "" && ` ${brief(item.subject)}`}
      </span>
      <span class={`${css.muted} figures`}>
        {clockText(item.at, true)}
        {item.address !== "" && ` · ${item.address}`}
      </span>
    </span>
  );
}
