/** The list of recordings: rows by day, chosen by hand or by keyboard, more as one scrolls. */

import { useCallback, useMemo, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import type { Order } from "../../core/filter.ts";
import type { RecordingItem } from "../../core/library.ts";
import { addressOf } from "../../core/route.ts";
import type { Selection } from "../../core/selection.ts";
import { dayText } from "../../core/time.ts";
import { Pager } from "../../ui/pager.tsx";
import { Table, type TableOrder } from "../../ui/table.tsx";
import { chosenColumns, columnsFor, NarrowRow } from "./columns.tsx";
import { type Pointed, Preview } from "./preview.tsx";
import type { LibraryStore } from "./store.ts";

interface ListProps {
  readonly store: LibraryStore;
  readonly session: Session;
  readonly items: readonly RecordingItem[];
  readonly selection: Selection;
  readonly onSelect: (key: string, range: boolean) => void;
  readonly onSelectAll: (on: boolean) => void;
  readonly onOrder: (order: Order) => void;
}

const keyOf = (item: RecordingItem): string => item.id;
const dayOf = (item: RecordingItem): string => dayText(item.startedAt, new Date());
const hrefOf = (item: RecordingItem): string => addressOf({ page: "recording", id: item.id, momentUs: null });
const narrowOf = (item: RecordingItem) => <NarrowRow item={item} />;

function tableOrder(order: Order): TableOrder {
  return { key: order.replace("-", ""), descending: order.startsWith("-") };
}

export function RecordingList({ store, session, items, selection, onSelect, onSelectAll, onOrder }: ListProps) {
  const { order } = store.filter;
  const byDay = order === "-started" || order === "started";
  const chosen = chosenColumns.value;
  const columns = useMemo(() => columnsFor(chosen, byDay), [chosen, byDay]);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const onPoint = useCallback(
    (item: RecordingItem | null, element: HTMLElement | null) =>
      setPointed(item === null || element === null ? null : { item, element }),
    [],
  );
  const more = store.next.value !== null;
  return (
    <>
      <div>
        <Table<RecordingItem>
          label="Recordings"
          columns={columns}
          rows={items}
          keyOf={keyOf}
          href={hrefOf}
          narrow={narrowOf}
          {...(byDay ? { groupOf: dayOf } : {})}
          order={tableOrder(order)}
          onOrder={({ key, descending }) => onOrder(`${descending ? "-" : ""}${key}` as Order)}
          selection={selection}
          onSelect={onSelect}
          onSelectAll={onSelectAll}
          more={more}
          onPoint={onPoint}
          pageKeys
        />
      </div>
      <Pager
        more={more}
        loading={store.loading.value}
        end={items.length > 20 ? "That is all." : ""}
        onMore={() => void store.more()}
      />
      {session.permissions.has("play") && <Preview pointed={pointed} session={session} />}
    </>
  );
}
