/** A list that grows at both ends while it is read: pages at its end, what is new at its beginning. */

/** The list with changed items in their places; what is not in it is left out. The same list where nothing changed. */
export function withChanges<T extends { readonly id: string }>(
  items: readonly T[],
  changes: ReadonlyMap<string, T>,
): readonly T[] {
  if (!items.some((one) => changes.has(one.id))) return items;
  return items.map((one) => changes.get(one.id) ?? one);
}

/** The list with the next page at its end; what is there already is not repeated. */
export function withPage<T extends { readonly id: string }>(items: readonly T[], page: readonly T[]): readonly T[] {
  const known = new Set(items.map((one) => one.id));
  const fresh = page.filter((one) => !known.has(one.id));
  return fresh.length === 0 ? items : [...items, ...fresh];
}

/** What of the first page is not in the list yet. */
export function newcomers<T extends { readonly id: string }>(items: readonly T[], first: readonly T[]): T[] {
  const known = new Set(items.map((one) => one.id));
  return first.filter((one) => !known.has(one.id));
}

/**
 * The list after its first page was asked for again: new and changed items are in their places, the rest follows as it
 * was. Null where so much is new that the two do not meet, and the list has to begin anew.
 */
export function withFirst<T extends { readonly id: string }>(
  items: readonly T[],
  first: readonly T[],
): readonly T[] | null {
  const last = first.at(-1);
  if (last === undefined) return [];
  const meets = items.findIndex((one) => one.id === last.id);
  if (meets < 0) return null;
  const known = new Set(first.map((one) => one.id));
  return [...first, ...items.slice(meets + 1).filter((one) => !known.has(one.id))];
}
