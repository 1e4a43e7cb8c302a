/**
 * A table that stays quick with thousands of rows: only those in sight are in the document, all of one height. It scrolls
 * with the page, drops the columns there is no room for, and becomes a list on a narrow screen. Complete by keyboard.
 */

import type { ComponentChildren, CSSProperties } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { fittingColumns, type Line, topsOf, withHeadings } from "../core/rows.ts";
import type { Selection } from "../core/selection.ts";
import { Checkbox } from "./checkbox.tsx";
import { Icon } from "./icon.tsx";
import { Bone } from "./skeleton.tsx";
import css from "./table.module.css";
import { useRoom, useSight } from "./table-hooks.ts";
import { useTableKeys } from "./table-keys.ts";
import { type Column, HeadingRow, TableRow } from "./table-row.tsx";

/** In rem: one line of text, three of them, and the heading of a group. */
export const ROW_REM = 2.5;
/** For lists of which one sees as much as possible. */
export const DENSE_ROW_REM = 1.875;
export const NARROW_ROW_REM = 4.75;
const HEADING_REM = 2.25;
/** Below this width there is no table but a list. */
const NARROW_BELOW_REM = 42;

export interface TableOrder {
  /** The column's key. */
  readonly key: string;
  readonly descending: boolean;
}

interface TableProps<T> {
  readonly label: string;
  /** Should stay the same object while nothing changes, as should every function here: rows are compared by it. */
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** Where a row leads; the first column becomes a link that covers the row. */
  readonly href?: (row: T) => string;
  /** Instead of `href`: what opening a row does. */
  readonly onOpen?: (row: T) => void;
  /** Rows of one group stand below one heading. */
  readonly groupOf?: (row: T) => string;
  /** A row where there is no room for columns. */
  readonly narrow?: (row: T) => ComponentChildren;
  /** What can be clicked beside such a row. */
  readonly beside?: (row: T) => ComponentChildren;
  readonly order?: TableOrder;
  readonly onOrder?: (order: TableOrder) => void;
  readonly selection?: Selection;
  readonly onSelect?: (key: string, range: boolean) => void;
  readonly onSelectAll?: (on: boolean) => void;
  /** The row that is open beside the table, or was last: it is brought into sight. */
  readonly marked?: string | null;
  /** Whether rows are no higher than a line of small text needs. */
  readonly dense?: boolean;
  /** More pages are to come. */
  readonly more?: boolean;
  /** The row under the pointer, after it rested there; null when it left. */
  readonly onPoint?: (row: T | null, element: HTMLElement | null) => void;
  /** Whether J, K and X work wherever the focus is, unless something is typed into. */
  readonly pageKeys?: boolean;
}

function nextOrder<T>(column: Column<T>, order: TableOrder | undefined): TableOrder {
  if (order?.key === column.key) return { key: column.key, descending: !order.descending };
  return { key: column.key, descending: column.sort === "descending" };
}

interface TitleProps<T> {
  readonly column: Column<T>;
  readonly order: TableOrder | undefined;
  readonly onOrder: ((order: TableOrder) => void) | undefined;
}

/** The title of a column, and the button that sorts by it. */
function Title<T>({ column, order, onOrder }: TitleProps<T>) {
  const here = order?.key === column.key;
  const looks = `${css.cell} ${column.end ? css.end : ""}`;
  if (column.sort === undefined || onOrder === undefined) {
    return (
      <div role="columnheader" class={looks}>
        {column.silent || column.head !== undefined ? <span class="spoken">{column.title}</span> : column.title}
        {column.head}
      </div>
    );
  }
  const up = here && order?.descending === false;
  return (
    <div role="columnheader" class={looks} aria-sort={here ? (up ? "ascending" : "descending") : "none"}>
      <button type="button" class={css.sort} onClick={() => onOrder(nextOrder(column, order))}>
        {column.title}
        <span class={here ? css.sorted : css.unsorted}>
          <Icon name={up ? "up" : "down"} size={14} />
        </span>
      </button>
    </div>
  );
}

interface HeadProps<T> {
  readonly columns: readonly Column<T>[];
  readonly props: TableProps<T>;
}

function Head<T>({ columns, props }: HeadProps<T>) {
  const { order, onOrder, selection, onSelectAll, rows } = props;
  const chosen = selection?.keys.size ?? 0;
  // A list without columns and without a choice of rows has nothing to be headed; an empty row would be a fault.
  if (columns.length === 0 && selection === undefined) return null;
  return (
    <div role="rowgroup" class={css.head}>
      <div role="row" aria-rowindex={1} class={css.titles}>
        {selection !== undefined && (
          <div role="columnheader" class={css.check}>
            <Checkbox
              label={`Select all ${rows.length} that are loaded`}
              checked={chosen > 0 && chosen === rows.length}
              some={chosen > 0}
              onChange={(on) => onSelectAll?.(on)}
            />
          </div>
        )}
        {columns.map((column) => (
          <Title key={column.key} column={column} order={order} onOrder={onOrder} />
        ))}
      </div>
    </div>
  );
}

export function Table<T>(props: TableProps<T>) {
  const { label, rows, keyOf, selection, onSelect, narrow, groupOf, more = false } = props;
  const root = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const roomRem = useRoom(root);
  const isNarrow = narrow !== undefined && roomRem < NARROW_BELOW_REM;
  const rowRem = isNarrow ? NARROW_ROW_REM : props.dense ? DENSE_ROW_REM : ROW_REM;
  const lines = useMemo(() => withHeadings(rows, groupOf), [rows, groupOf]);
  const keys = useMemo(() => rows.map(keyOf), [rows, keyOf]);
  const selectable = selection !== undefined && onSelect !== undefined;
  const columns = useMemo(
    () => fittingColumns(props.columns, roomRem - (selectable ? 4 : 2)),
    [props.columns, roomRem, selectable],
  );
  const tops = useMemo(() => topsOf(lines, rowRem, HEADING_REM), [lines, rowRem]);
  const sight = useSight(body, tops);
  const keyboard = useTableKeys(
    { root, body },
    { keys, lines, tops, selection, onSelect, everywhere: props.pageKeys === true, marked: props.marked ?? null },
  );
  const { activeIndex } = keyboard;

  const shown: (readonly [number, Line<T>])[] = [];
  lines.forEach((line, at) => {
    const seen = at >= sight.first && at < sight.end;
    if (seen || (line.kind === "row" && line.index === activeIndex)) shown.push([at, line]);
  });
  const template = [
    selectable ? "1.5rem" : "",
    ...(isNarrow ? ["minmax(0, 1fr)", props.beside === undefined ? "" : "auto"] : columns.map((one) => one.width)),
  ];
  const style = {
    "--row": `${rowRem}rem`,
    "--heading": `${HEADING_REM}rem`,
    "--columns": template.join(" "),
  } as CSSProperties;
  return (
    <div
      ref={root}
      role="grid"
      class={`${css.table} ${isNarrow ? css.narrow : ""} ${props.dense ? css.dense : ""}`}
      style={style}
      aria-label={label}
      aria-rowcount={more ? -1 : lines.length + 1}
      aria-multiselectable={selectable}
      onKeyDown={keyboard.onKey}
    >
      <Head columns={isNarrow ? props.columns.filter((one) => one.sort !== undefined) : columns} props={props} />
      <div ref={body} role="rowgroup" class={css.body} style={{ height: `${tops[lines.length]}rem` }}>
        {shown.map(([at, line]) =>
          line.kind === "heading" ? (
            <HeadingRow key={`heading ${line.text}`} at={at} topRem={tops[at] as number} text={line.text} />
          ) : (
            <TableRow<T>
              key={keys[line.index]}
              id={keys[line.index] as string}
              at={at}
              topRem={tops[at] as number}
              row={line.row}
              columns={columns}
              narrow={isNarrow ? narrow : undefined}
              beside={props.beside}
              href={props.href}
              onOpen={props.onOpen}
              selectable={selectable}
              selected={selection?.keys.has(keys[line.index] as string) ?? false}
              marked={props.marked === keys[line.index]}
              reachable={activeIndex < 0 ? line.index === 0 : line.index === activeIndex}
              onSelect={onSelect}
              onFocus={keyboard.setActive}
              onPoint={props.onPoint}
            />
          ),
        )}
      </div>
    </div>
  );
}

/** The shape of a table that is about to come. */
export function TableSkeleton({ label, rows = 10 }: { readonly label: string; readonly rows?: number }) {
  return (
    <div class={css.table} role="status" aria-label={label} style={{ "--row": `${ROW_REM}rem` } as CSSProperties}>
      <div class={css.head}>
        <div class={css.waiting}>
          <Bone width="6rem" height="0.75em" />
        </div>
      </div>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} class={css.waiting}>
          <Bone width="7rem" />
          <Bone width={`${8 + ((index * 5) % 4)}rem`} />
          <Bone width="5rem" />
        </div>
      ))}
    </div>
  );
}
