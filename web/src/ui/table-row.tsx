/** One row of a table. It is drawn again only when something of it changed. */

import { Component, type ComponentChildren } from "preact";
import { Checkbox } from "./checkbox.tsx";
import css from "./table.module.css";

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  /** Whether the title is only said, not shown: for buttons that say what they do. */
  readonly silent?: boolean;
  /** Shown instead of the title, which is only said then: an axis over strips. */
  readonly head?: ComponentChildren;
  /** A track of a CSS grid: "minmax(8rem, 1fr)". */
  readonly width: string;
  /** The room it needs, in rem. */
  readonly min: number;
  /** 0 stays; the highest gives way first where there is no room. */
  readonly priority: number;
  /** Whether its content is the name of what opens the row; otherwise the first column's is. */
  readonly opens?: boolean;
  /** At the right, for figures. */
  readonly end?: boolean;
  /** Given, the table can be sorted by it; the direction is the first one tried. */
  readonly sort?: "ascending" | "descending";
  readonly cell: (row: T) => ComponentChildren;
}

interface RowProps<T> {
  readonly id: string;
  /** Its place, counted in lines. */
  readonly at: number;
  /** Where it begins. */
  readonly topRem: number;
  readonly row: T;
  readonly columns: readonly Column<T>[];
  readonly narrow: ((row: T) => ComponentChildren) | undefined;
  readonly beside: ((row: T) => ComponentChildren) | undefined;
  readonly href: ((row: T) => string) | undefined;
  readonly onOpen: ((row: T) => void) | undefined;
  readonly selectable: boolean;
  readonly selected: boolean;
  readonly marked: boolean;
  /** Whether Tab leads to it. */
  readonly reachable: boolean;
  readonly onSelect: ((key: string, range: boolean) => void) | undefined;
  readonly onFocus: (key: string) => void;
  readonly onPoint: ((row: T | null, element: HTMLElement | null) => void) | undefined;
}

const COMPARED = [
  "at",
  "topRem",
  "row",
  "columns",
  "narrow",
  "beside",
  "href",
  "selected",
  "selectable",
  "marked",
  "reachable",
] as const;

export class TableRow<T> extends Component<RowProps<T>> {
  override shouldComponentUpdate(next: RowProps<T>): boolean {
    return COMPARED.some((name) => next[name] !== this.props[name]);
  }

  /** What opens the row: it covers all of it, below what else can be clicked. */
  private opener(children: ComponentChildren): ComponentChildren {
    const { row, href, onOpen } = this.props;
    if (href !== undefined) {
      return (
        <a class={css.opener} href={href(row)} tabIndex={-1} data-open>
          {children}
        </a>
      );
    }
    if (onOpen === undefined) return children;
    return (
      <button type="button" class={css.opener} tabIndex={-1} data-open onClick={() => this.props.onOpen?.(row)}>
        {children}
      </button>
    );
  }

  private cells(): ComponentChildren {
    const { row, columns, narrow, beside } = this.props;
    if (narrow !== undefined) {
      return (
        <>
          <div role="gridcell" class={css.whole}>
            {this.opener(narrow(row))}
          </div>
          {beside !== undefined && (
            <div role="gridcell" class={css.beside}>
              {beside(row)}
            </div>
          )}
        </>
      );
    }
    const opening = columns.find((column) => column.opens) ?? columns[0];
    return columns.map((column) => (
      <div key={column.key} role="gridcell" class={`${css.cell} ${column.end ? css.end : ""}`}>
        {column === opening ? this.opener(column.cell(row)) : column.cell(row)}
      </div>
    ));
  }

  override render() {
    const { id, at, topRem, row, selectable, selected, marked, reachable } = this.props;
    return (
      <div
        role="row"
        class={`${css.row} ${selected ? css.selected : ""}`}
        style={{ transform: `translateY(${topRem}rem)` }}
        aria-rowindex={at + 2}
        aria-selected={selectable ? selected : undefined}
        aria-current={marked ? "true" : undefined}
        tabIndex={reachable ? 0 : -1}
        data-key={id}
        onFocus={(event) => event.target === event.currentTarget && this.props.onFocus(id)}
        onMouseEnter={(event) => this.props.onPoint?.(row, event.currentTarget)}
        onMouseLeave={() => this.props.onPoint?.(null, null)}
      >
        {selectable && (
          <div role="gridcell" class={css.check}>
            <Checkbox
              label="Select"
              tabIndex={-1}
              checked={selected}
              onChange={(_, event) => this.props.onSelect?.(id, event.shiftKey)}
            />
          </div>
        )}
        {this.cells()}
      </div>
    );
  }
}

export function HeadingRow({
  at,
  topRem,
  text,
}: {
  readonly at: number;
  readonly topRem: number;
  readonly text: string;
}) {
  return (
    <div role="row" class={css.heading} style={{ transform: `translateY(${topRem}rem)` }} aria-rowindex={at + 2}>
      <div role="gridcell" class={css.group}>
        {text}
      </div>
    </div>
  );
}
