/** The heads of rows that can be folded. */

import type { PlacedRow } from "../core/lanes.ts";
import css from "./timeline.module.css";

interface RowHeadsProps {
  readonly rows: readonly PlacedRow[];
  readonly folded: ReadonlySet<string>;
  readonly onFold: (folded: ReadonlySet<string>) => void;
}

export function RowHeads({ rows, folded, onFold }: RowHeadsProps) {
  const toggle = (id: string): void => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    onFold(next);
  };
  return (
    <>
      {rows
        .filter(({ row }) => row.foldable)
        .map(({ row, top, folded: isFolded }) => (
          <button
            key={row.id}
            type="button"
            class={css.rowHead}
            style={{ top: `${top}rem` }}
            aria-expanded={!isFolded}
            onClick={() => toggle(row.id)}
          >
            <svg viewBox="0 0 10 10" aria-hidden="true" focusable="false">
              <path d={isFolded ? "M3.5 2 7 5 3.5 8" : "M2 3.5 5 7l3-3.5"} />
            </svg>
            {row.label}
          </button>
        ))}
    </>
  );
}
