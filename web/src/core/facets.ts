/** What the library can be narrowed to, as the server knows it; and views that somebody saved. */

import { asArray, asObject, flag, type Json, list, text, texts } from "./decode.ts";

export interface GroupName {
  readonly id: string;
  readonly name: string;
}

/** At most 200 of each, from what the caller may see. */
export interface Facets {
  readonly agents: readonly string[];
  readonly workstations: readonly string[];
  readonly tags: readonly string[];
  readonly sites: readonly string[];
  readonly groups: readonly GroupName[];
}

export const NO_FACETS: Facets = { agents: [], workstations: [], tags: [], sites: [], groups: [] };

export function readFacets(value: unknown): Facets {
  const path = "facets";
  const from = asObject(value, path);
  return {
    agents: texts(from, "agents", path),
    workstations: texts(from, "workstations", path),
    tags: texts(from, "tags", path),
    sites: texts(from, "sites", path),
    groups: list(from, "groups", path, (item, where) => ({
      id: text(item, "id", where),
      name: text(item, "name", where),
    })),
  };
}

/** Longest name of a view, as at the server. */
export const VIEW_NAME_CHARS_MAX = 64;
/** Longest tag, as at the server. */
export const TAG_CHARS_MAX = 40;

/** A tag as the server keeps it, in one case and with single blanks; null where it cannot be one. */
export function tagOf(text: string): string | null {
  const tag = text.normalize("NFKC").toLowerCase().trim().replaceAll(/\s+/g, " ");
  return tag === "" || [...tag].length > TAG_CHARS_MAX || tag.includes(",") ? null : tag;
}

/** What a person looks at again and again: filters, sorting and columns under a name. */
export interface SavedView {
  readonly id: string;
  readonly name: string;
  /** The part of the address after `?`. */
  readonly query: string;
  readonly shared: boolean;
  readonly columns: readonly string[];
  readonly mine: boolean;
}

export type ViewDraft = Omit<SavedView, "id" | "mine">;

export function readView(value: unknown, path = "view"): SavedView {
  const from: Json = asObject(value, path);
  return {
    id: text(from, "id", path),
    name: text(from, "name", path),
    query: text(from, "query", path),
    shared: flag(from, "shared", path),
    columns: texts(from, "columns", path),
    mine: flag(from, "mine", path),
  };
}

/** A list of views, alone or as the `items` of an object. */
export function readViews(value: unknown): SavedView[] {
  const items = Array.isArray(value) ? value : asArray(asObject(value, "views").items, "views.items");
  return items.map((item, at) => readView(item, `views[${at}]`));
}

/** Mine first, each by name. */
export function inViewOrder(views: readonly SavedView[]): SavedView[] {
  return [...views].sort((one, other) => Number(other.mine) - Number(one.mine) || one.name.localeCompare(other.name));
}

/** What became of a change to many recordings. */
export interface BulkResult {
  readonly done: number;
  readonly refused: readonly { readonly id: string; readonly code: string }[];
}

export function readBulk(value: unknown): BulkResult {
  const from = asObject(value, "bulk");
  const done = from.done;
  return {
    done: typeof done === "number" ? done : 0,
    refused: list(from, "refused", "bulk", (item, path) => ({
      id: text(item, "id", path),
      code: text(item, "code", path),
    })),
  };
}
