/** Something in quarantine as a row. */

import type { ComponentChildren } from "preact";
import { shortWhenText } from "../../core/ago.ts";
import { attemptsText, type QuarantineItem, quarantineTitle, whyText } from "../../core/quarantine.ts";
import { bytesText } from "../../core/time.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { wallNow } from "../clock.ts";
import css from "./quarantine.module.css";

interface DeedsProps {
  readonly item: QuarantineItem;
  readonly onRetry: (item: QuarantineItem) => void;
  readonly onDrop: (item: QuarantineItem) => void;
}

export function QuarantineDeeds({ item, onRetry, onDrop }: DeedsProps) {
  return (
    <span class={css.deeds}>
      <Button small kind="quiet" icon="refresh" onClick={() => onRetry(item)}>
        Retry
      </Button>
      <IconButton small icon="trash" label={`Drop: ${quarantineTitle(item)}`} onClick={() => onDrop(item)} />
    </span>
  );
}

export function quarantineColumns(
  deeds: (item: QuarantineItem) => ComponentChildren,
): readonly Column<QuarantineItem>[] {
  return [
    {
      key: "what",
      title: "What",
      width: "minmax(10rem, 1fr)",
      min: 10,
      priority: 0,
      cell: (item) => <span class={css.what}>{quarantineTitle(item)}</span>,
    },
    {
      key: "why",
      title: "Why",
      width: "minmax(14rem, 2.5fr)",
      min: 14,
      priority: 0,
      cell: (item) => <span title={`${item.message} (${item.code})`}>{whyText(item)}</span>,
    },
    {
      key: "at",
      title: "Last tried",
      width: "9.5rem",
      min: 9.5,
      priority: 1,
      cell: (item) => <span class="figures">{shortWhenText(item.at, wallNow())}</span>,
    },
    {
      key: "attempts",
      title: "Attempts",
      width: "5rem",
      min: 5,
      priority: 3,
      end: true,
      cell: (item) => <span class="figures">{item.attempts}</span>,
    },
    {
      key: "bytes",
      title: "Size",
      width: "5rem",
      min: 5,
      priority: 2,
      end: true,
      cell: (item) => <span class="figures">{bytesText(item.bytes)}</span>,
    },
    { key: "deeds", title: "What to do", silent: true, width: "8.5rem", min: 8.5, priority: 0, cell: deeds },
  ];
}

/** Where there is no room for columns. */
export function QuarantineRow({ item }: { readonly item: QuarantineItem }) {
  return (
    <span class={css.narrow}>
      <span class={css.what}>{quarantineTitle(item)}</span>
      <span class={css.why}>{whyText(item)}</span>
      <span class={`${css.muted} figures`}>
        {shortWhenText(item.at, wallNow())} · {bytesText(item.bytes)} · {attemptsText(item.attempts)}
      </span>
    </span>
  );
}
