/** The columns of the bookmarks. */

import type { Bookmark } from "../../core/bookmark.ts";
import { addressOf } from "../../core/route.ts";
import { clockText, positionText, shortDayText } from "../../core/time.ts";
import { Badge } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import type { Column } from "../../ui/table-row.tsx";
import css from "./bookmarks.module.css";
import type { RecordingLookup } from "./recordings.ts";

export interface BookmarkActions {
  readonly lookup: RecordingLookup;
  readonly edit: (bookmark: Bookmark) => void;
  readonly remove: (bookmark: Bookmark) => void;
  readonly copy: (bookmark: Bookmark) => void;
}

/** Where a bookmark leads: its moment, or its range. */
export function bookmarkAddress(bookmark: Bookmark): string {
  const { recording: id, atUs: momentUs, endUs } = bookmark;
  const range = endUs === null ? null : { fromUs: momentUs, toUs: endUs };
  return addressOf({ page: "recording", id, momentUs, range });
}

function About({ id, lookup }: { readonly id: string; readonly lookup: RecordingLookup }) {
  const item = lookup.of(id).value;
  if (item === null) return <Bone width="8rem" />;
  if (item === "gone") return <span class={css.muted}>No longer to be seen</span>;
  return (
    <span>
      {item.agent || "Unknown agent"}
      <span class={`${css.muted} figures`}>
        {" "}
        · {shortDayText(item.startedAt, new Date())}, {clockText(item.startedAt)}
      </span>
    </span>
  );
}

const position = (bookmark: Bookmark): string =>
  bookmark.endUs === null
    ? positionText(bookmark.atUs)
    : `${positionText(bookmark.atUs)} – ${positionText(bookmark.endUs)}`;

function Whose({ bookmark }: { readonly bookmark: Bookmark }) {
  if (!bookmark.mine) return <span class={css.muted}>{bookmark.by}</span>;
  return bookmark.shared ? <Badge tone="accent">Shared</Badge> : <span class={css.muted}>Only me</span>;
}

export function Actions({ bookmark, actions }: { readonly bookmark: Bookmark; readonly actions: BookmarkActions }) {
  const change = [
    { text: "Change", icon: "edit", onSelect: () => actions.edit(bookmark) },
    { text: "Delete", icon: "trash", danger: true, onSelect: () => actions.remove(bookmark) },
  ] as const;
  return (
    <span class={css.actions}>
      <Menu
        label="Bookmark"
        align="end"
        trigger={(opens) => <IconButton small icon="more" label={`Actions for ${bookmark.text}`} opens={opens} />}
        entries={[
          { text: "Copy link", icon: "link", onSelect: () => actions.copy(bookmark) },
          ...(bookmark.mine ? change : []),
        ]}
      />
    </span>
  );
}

export function bookmarkColumns(actions: BookmarkActions): readonly Column<Bookmark>[] {
  return [
    {
      key: "text",
      title: "Bookmark",
      width: "minmax(12rem, 2fr)",
      min: 12,
      priority: 0,
      cell: (one) => <span class={css.text}>{one.text || "Untitled"}</span>,
    },
    {
      key: "recording",
      title: "Recording",
      width: "minmax(13rem, 1.6fr)",
      min: 13,
      priority: 2,
      cell: (one) => <About id={one.recording} lookup={actions.lookup} />,
    },
    {
      key: "at",
      title: "At",
      width: "8.5rem",
      min: 8.5,
      priority: 1,
      end: true,
      cell: (one) => <span class="figures">{position(one)}</span>,
    },
    {
      key: "by",
      title: "By",
      width: "minmax(6rem, 0.6fr)",
      min: 6,
      priority: 3,
      cell: (one) => <Whose bookmark={one} />,
    },
    {
      key: "created",
      title: "Made",
      width: "6rem",
      min: 6,
      priority: 4,
      cell: (one) => <span class={css.muted}>{shortDayText(one.createdAt, new Date())}</span>,
    },
    {
      key: "actions",
      title: "Actions",
      silent: true,
      width: "2rem",
      min: 2,
      priority: 0,
      end: true,
      cell: (one) => <Actions bookmark={one} actions={actions} />,
    },
  ];
}

/** A bookmark where there is no room for columns. */
export function NarrowBookmark({ bookmark, lookup }: { bookmark: Bookmark; lookup: RecordingLookup }) {
  return (
    <span class={css.narrow}>
      <span class={css.text}>{bookmark.text || "Untitled"}</span>
      <About id={bookmark.recording} lookup={lookup} />
      <span class={`${css.muted} figures`}>
        {position(bookmark)} · <Whose bookmark={bookmark} />
      </span>
    </span>
  );
}
