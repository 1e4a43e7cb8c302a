/** Which rows of a list are chosen, by key; a range reaches from the last one chosen by itself. */

export interface Selection {
  readonly keys: ReadonlySet<string>;
  /** Where a range begins; null before anything was chosen. */
  readonly anchor: string | null;
}

export const NOTHING_SELECTED: Selection = { keys: new Set(), anchor: null };

/** Chooses one row, or lets it go. */
export function toggled(selection: Selection, key: string): Selection {
  const keys = new Set(selection.keys);
  if (!keys.delete(key)) keys.add(key);
  return { keys, anchor: key };
}

/** Chooses everything from the anchor to a row, in the order of the list; the anchor stays. */
export function extended(selection: Selection, order: readonly string[], key: string): Selection {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  const to = order.indexOf(key);
  if (from < 0 || to < 0) return toggled(selection, key);
  const keys = new Set(selection.keys);
  for (const one of order.slice(Math.min(from, to), Math.max(from, to) + 1)) keys.add(one);
  return { keys, anchor: selection.anchor };
}

/** Everything in the list. */
export function everything(order: readonly string[]): Selection {
  return { keys: new Set(order), anchor: order[0] ?? null };
}

/** What is left of a selection when the list has changed: what can no longer be seen is no longer chosen. */
export function within(selection: Selection, order: readonly string[]): Selection {
  const known = new Set(order);
  const keys = new Set([...selection.keys].filter((key) => known.has(key)));
  if (keys.size === selection.keys.size) return selection;
  return { keys, anchor: selection.anchor !== null && known.has(selection.anchor) ? selection.anchor : null };
}
