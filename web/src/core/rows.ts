/** Which rows of a long table are laid out: those in sight and a few beyond, all of one height. */

/** Rows kept ready outside of sight: a fast wheel moves about so many between two pictures. */
export const OVERSCAN_ROWS = 8;
/** The part laid out begins at a multiple of this, so that scrolling by a row changes nothing in the document. */
export const STEP_ROWS = 4;

/** Indices from `first` up to, not including, `end`. */
export interface RowSpan {
  readonly first: number;
  readonly end: number;
}

/** `scrolledPx`: how far the table's first row is above the top of what is seen; negative below it. */
export function rowsInSight(scrolledPx: number, seenPx: number, rowPx: number, count: number): RowSpan {
  if (count === 0 || rowPx <= 0) return { first: 0, end: 0 };
  const top = Math.floor(scrolledPx / rowPx) - OVERSCAN_ROWS;
  const bottom = Math.ceil((scrolledPx + seenPx) / rowPx) + OVERSCAN_ROWS;
  const first = Math.max(0, Math.min(count - 1, Math.floor(top / STEP_ROWS) * STEP_ROWS));
  const end = Math.max(first + 1, Math.min(count, Math.ceil(bottom / STEP_ROWS) * STEP_ROWS));
  return { first, end };
}

/** Where to scroll so that a row is wholly in sight; null where it is. All in pixels of the document. */
export function scrollToRow(
  row: { readonly topPx: number; readonly heightPx: number },
  seen: { readonly topPx: number; readonly bottomPx: number },
): number | null {
  if (row.topPx < seen.topPx) return row.topPx - seen.topPx;
  const bottomPx = row.topPx + row.heightPx;
  return bottomPx > seen.bottomPx ? bottomPx - seen.bottomPx : null;
}

/** A column's claim to the width of its table, in rem. `priority` 0 always stays; the highest gives way first. */
export interface ColumnClaim {
  readonly key: string;
  readonly min: number;
  readonly priority: number;
}

/** The columns that fit into a width, in their order: the least important ones give way first. */
export function fittingColumns<T extends ColumnClaim>(columns: readonly T[], widthRem: number, gapRem = 1): T[] {
  const kept = [...columns];
  const needed = (): number => kept.reduce((sum, one) => sum + one.min + gapRem, 0);
  while (needed() > widthRem) {
    const least = kept.filter((one) => one.priority > 0).sort((one, other) => other.priority - one.priority)[0];
    if (least === undefined) break;
    kept.splice(kept.indexOf(least), 1);
  }
  return kept;
}

/** A list in which headings stand between the rows. */
export type Line<T> =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "row"; readonly row: T; readonly index: number };

/** Rows with a heading before each change of group; without `groupOf` there are none. */
export function withHeadings<T>(rows: readonly T[], groupOf: ((row: T) => string) | undefined): Line<T>[] {
  const lines: Line<T>[] = [];
  let last: string | null = null;
  rows.forEach((row, index) => {
    const group = groupOf?.(row) ?? null;
    if (group !== null && group !== last) lines.push({ kind: "heading", text: group });
    last = group;
    lines.push({ kind: "row", row, index });
  });
  return lines;
}
