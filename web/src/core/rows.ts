/** Which rows of a long table are laid out: those in sight and a few beyond. Heights are known, never measured. */

/** Rows kept ready outside of sight: a fast wheel moves about so many between two pictures. */
export const OVERSCAN_ROWS = 8;
/** The part laid out begins at a multiple of this, so that scrolling by a row changes nothing in the document. */
export const STEP_ROWS = 4;

/** Indices from `first` up to, not including, `end`. */
export interface RowSpan {
  readonly first: number;
  readonly end: number;
}

/** The line at a height: the last one that begins at or above it. `tops` as from `topsOf`. */
function lineAt(tops: Float64Array, at: number): number {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The lines between two heights, in the unit of `tops`, and a few beyond. */
export function linesInSight(tops: Float64Array, from: number, to: number): RowSpan {
  const count = tops.length - 1;
  if (count <= 0) return { first: 0, end: 0 };
  const top = lineAt(tops, from) - OVERSCAN_ROWS;
  const bottom = lineAt(tops, to) + 1 + OVERSCAN_ROWS;
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

/** Where each line begins, and after the last one where the table ends; in the unit of the two heights. */
export function topsOf(lines: readonly Line<unknown>[], row: number, heading: number): Float64Array {
  const tops = new Float64Array(lines.length + 1);
  lines.forEach((line, at) => {
    tops[at + 1] = (tops[at] as number) + (line.kind === "row" ? row : heading);
  });
  return tops;
}
