/** The columns of the library, and which of them this person wants to see. */

import { signal } from "@preact/signals";
import { lengthNow, liveness, type RecordingItem } from "../../core/library.ts";
import { bytesText, clockText, lengthText, positionText, shortDayText } from "../../core/time.ts";
import { Badge } from "../../ui/badge.tsx";
import { Tag } from "../../ui/chip.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { nowMs } from "../clock.ts";
import css from "./library.module.css";

const KEY = "playhead.columns";
/** More tags than these are counted. */
const TAGS_SHOWN = 2;

export const COLUMN_TITLES: Readonly<Record<string, string>> = {
  workstation: "Workstation",
  site: "Site",
  length: "Length",
  state: "State",
  tags: "Tags",
  size: "Size",
};
const USUAL = ["workstation", "length", "state", "tags", "size"];

function remembered(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (Array.isArray(value)) return value.filter((one) => typeof one === "string" && one in COLUMN_TITLES);
  } catch {
    // Not ours, or of another version: the usual ones.
  }
  return USUAL;
}

/** The columns besides time and agent, which are always there; remembered on this device. */
export const chosenColumns = signal<readonly string[]>(remembered());

export function chooseColumns(keys: readonly string[]): void {
  chosenColumns.value = Object.keys(COLUMN_TITLES).filter((key) => keys.includes(key));
  localStorage.setItem(KEY, JSON.stringify(chosenColumns.value));
}

/** From when to when; the day as well where no heading says it. */
function When({ item, day }: { readonly item: RecordingItem; readonly day: boolean }) {
  const live = liveness(item, nowMs.value) === "live";
  const end = item.endedAt ?? (live ? null : new Date(item.startedAt.getTime() + item.durationMs));
  return (
    <span class="figures">
      {day && `${shortDayText(item.startedAt, new Date())}, `}
      {clockText(item.startedAt)}
      <span class={css.muted}> – {end === null ? "now" : clockText(end)}</span>
    </span>
  );
}

function Length({ item }: { readonly item: RecordingItem }) {
  const live = liveness(item, nowMs.value) === "live";
  const length = lengthNow(item, nowMs.value);
  return <span class="figures">{live ? positionText(length * 1000) : lengthText(length)}</span>;
}

function Liveness({ item }: { readonly item: RecordingItem }) {
  switch (liveness(item, nowMs.value)) {
    case "live":
      return (
        <Badge tone="live" dot>
          Recording now
        </Badge>
      );
    case "silent":
      return <Badge tone="warn">No progress</Badge>;
    default:
      return item.state === "interrupted" ? <Badge tone="warn">Interrupted</Badge> : null;
  }
}

/** What is to be known of a recording before it is opened. */
export function Facts({ item }: { readonly item: RecordingItem }) {
  return (
    <span class={css.facts}>
      <Liveness item={item} />
      {item.gaps > 0 && (
        <Badge tone="warn">
          {item.gaps} {item.gaps === 1 ? "gap" : "gaps"}
        </Badge>
      )}
      {item.blackout && (
        <Badge>
          <Icon name="blackout" size={12} />
          Blackout
        </Badge>
      )}
      {item.held && (
        <Badge tone="accent">
          <Icon name="lock" size={12} />
          Held
        </Badge>
      )}
    </span>
  );
}

export function Tags({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return null;
  const more = tags.length - TAGS_SHOWN;
  return (
    <span class={css.facts} title={tags.join(", ")}>
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <Tag key={tag}>{tag}</Tag>
      ))}
      {more > 0 && <span class={css.muted}>+{more}</span>}
    </span>
  );
}

const Agent = ({ item }: { readonly item: RecordingItem }) => (
  <span class={css.agent}>{item.agent || "Unknown agent"}</span>
);

const WHEN = { key: "started", title: "Time", priority: 0, sort: "descending" } as const;

/** Every column, in order. `byDay`: a heading says the day. */
function all(byDay: boolean): readonly Column<RecordingItem>[] {
  return [
    byDay
      ? { ...WHEN, width: "10.25rem", min: 10.25, cell: (item) => <When item={item} day={false} /> }
      : { ...WHEN, width: "15rem", min: 15, cell: (item) => <When item={item} day /> },
    {
      key: "agent",
      title: "Agent",
      width: "minmax(9rem, 1.2fr)",
      min: 9,
      priority: 0,
      opens: true,
      cell: (item) => <Agent item={item} />,
    },
    {
      key: "workstation",
      title: "Workstation",
      width: "minmax(6rem, 0.7fr)",
      min: 6,
      priority: 4,
      cell: (item) => <span class={css.muted}>{item.workstation.name}</span>,
    },
    {
      key: "site",
      title: "Site",
      width: "minmax(5rem, 0.6fr)",
      min: 5,
      priority: 6,
      cell: (item) => <span class={css.muted}>{item.site}</span>,
    },
    {
      key: "state",
      title: "State",
      width: "minmax(9rem, 1.2fr)",
      min: 9,
      priority: 1,
      cell: (item) => <Facts item={item} />,
    },
    {
      key: "tags",
      title: "Tags",
      width: "minmax(8rem, 1fr)",
      min: 8,
      priority: 3,
      cell: (item) => <Tags tags={item.tags} />,
    },
    {
      key: "length",
      title: "Length",
      width: "6.25rem",
      min: 6.25,
      priority: 0,
      end: true,
      sort: "descending",
      cell: (item) => <Length item={item} />,
    },
    {
      key: "size",
      title: "Size",
      width: "4rem",
      min: 4,
      priority: 5,
      end: true,
      cell: (item) => <span class={`${css.muted} figures`}>{bytesText(item.bytes)}</span>,
    },
  ];
}

/** The columns to show, always time and agent first. */
export function columnsFor(chosen: readonly string[], byDay: boolean): Column<RecordingItem>[] {
  return all(byDay).filter((column) => !(column.key in COLUMN_TITLES) || chosen.includes(column.key));
}

/** A row where there is no room for columns. */
export function NarrowRow({ item }: { readonly item: RecordingItem }) {
  return (
    <span class={css.narrow}>
      <Agent item={item} />
      <span class={css.long}>
        <Length item={item} />
      </span>
      <span class={css.muted}>
        <When item={item} day={false} /> · {item.workstation.name}
      </span>
      <span class={css.last}>
        <Facts item={item} />
        <Tags tags={item.tags} />
      </span>
    </span>
  );
}
