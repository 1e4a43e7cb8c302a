/** The audit log: entries as the API gives them, their words, what they lead to, and the filter in the address. */

import { asObject, flag, instant, type Json, number, optional, text } from "./decode.ts";

export interface AuditItem {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  /** `area.what`. */
  readonly action: string;
  readonly subject: string;
  readonly address: string;
  /** The portal's page it was done from; empty where it was none. */
  readonly page: string;
  readonly details: Json;
  /** Links the entry to the one before it; empty for what is older than the chain. */
  readonly hash: string;
}

export function readAuditItem(value: unknown, path = "entry"): AuditItem {
  const from = asObject(value, path);
  return {
    id: typeof from.id === "number" ? String(from.id) : text(from, "id", path),
    at: instant(from, "at", path),
    actor: text(from, "actor", path),
    action: text(from, "action", path),
    subject: text(from, "subject", path),
    address: text(from, "address", path),
    page: optional(text, from, "page", path) ?? "",
    details: asObject(from.details, `${path}.details`),
    hash: optional(text, from, "hash", path) ?? "",
  };
}

/** Whether the log is as it was written. */
export interface Chain {
  readonly whole: boolean;
  readonly entries: number;
  /** The first entry that does not follow from the one before. */
  readonly firstBad: string | null;
  /** What is wrong: `changed`, `cut`, `other`, `anchor`; null where nothing is. */
  readonly problem: string | null;
  readonly head: string;
}

export function readChain(value: unknown): Chain {
  const path = "chain";
  const from = asObject(value, path);
  const bad = from.firstBad;
  return {
    whole: flag(from, "whole", path),
    entries: number(from, "entries", path),
    firstBad: typeof bad === "number" ? String(bad) : optional(text, from, "firstBad", path),
    problem: optional(text, from, "problem", path),
    head: optional(text, from, "head", path) ?? "",
  };
}

export interface ChainWords {
  readonly title: string;
  readonly hint: string;
}

export function chainWords(chain: Chain, locale?: string): ChainWords {
  const count = chain.entries.toLocaleString(locale);
  if (chain.whole) {
    const entries = chain.entries === 1 ? "1 entry, linked" : `${count} entries, each linked`;
    return {
      title: "The log is whole.",
      hint: `${entries} to the one before it. Nothing was changed or taken out.`,
    };
  }
  const problem = PROBLEMS[chain.problem ?? ""] ?? "Entries do not follow from the ones before them.";
  const where = chain.firstBad === null ? "" : ` Nothing from entry ${chain.firstBad} on can be trusted.`;
  return {
    title: "The log is not what was written.",
    hint: `${problem}${where} Keep this server as it is, and compare with a copy.`,
  };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  changed: "An entry was changed, added or taken out.",
  cut: "The newest entries are gone.",
  other: "All of it was written anew.",
  anchor: "The signed note of the newest entry was not made by this site.",
};

/** What the list is narrowed to; the names are those of the API and of the address. */
export const FILTER_KEYS = ["actor", "action", "subject", "address", "page", "from", "to", "q"] as const;
export type FilterKey = (typeof FILTER_KEYS)[number];
export type AuditFilter = Readonly<Partial<Record<FilterKey, string>>>;

export const FILTER_WORDS: Readonly<Record<FilterKey, { readonly label: string; readonly hint: string }>> = {
  actor: { label: "Who", hint: "The name somebody signs in with, a workstation, or “system”." },
  action: { label: "What", hint: "One kind of entry." },
  subject: { label: "Object", hint: "The id of a recording, a user, a workstation …" },
  address: { label: "IP address", hint: "Where it was done from." },
  page: { label: "Page", hint: "The page of the portal it was done on." },
  from: { label: "From", hint: "From the beginning of this day on." },
  to: { label: "To", hint: "Up to the end of this day." },
  q: { label: "Text", hint: "Words anywhere in an entry." },
};

/** What a filter value may have at most; the server refuses more. */
export const FILTER_CHARS_MAX = 200;

export function readFilter(params: URLSearchParams): AuditFilter {
  const filter: Partial<Record<FilterKey, string>> = {};
  for (const key of FILTER_KEYS) {
    const value = params.get(key)?.trim().slice(0, FILTER_CHARS_MAX) ?? "";
    if (value !== "") filter[key] = value;
  }
  return filter;
}

/** The address of the page with this filter. */
export function auditAddress(filter: AuditFilter): string {
  const params = filterParams(filter);
  return params.size === 0 ? "/audit" : `/audit?${params}`;
}

function filterParams(filter: AuditFilter): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of FILTER_KEYS) {
    const value = filter[key];
    if (value !== undefined) params.set(key, value);
  }
  return params;
}

/** A filter with a value, or without where it is empty. */
export function narrowed(filter: AuditFilter, key: FilterKey, value: string): AuditFilter {
  const { [key]: _, ...others } = filter;
  return value.trim() === "" ? others : { ...others, [key]: value.trim().slice(0, FILTER_CHARS_MAX) };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The filter as the API takes it: days become instants, from the first moment of the one to the last of the other,
 * where the reader is.
 */
export function auditQuery(filter: AuditFilter): URLSearchParams {
  const params = filterParams(filter);
  const bound = (key: "from" | "to", time: string): void => {
    const value = filter[key];
    if (value === undefined || !DAY.test(value)) return;
    const at = new Date(`${value}T${time}`);
    if (!Number.isNaN(at.getTime())) params.set(key, at.toISOString());
  };
  bound("from", "00:00:00.000");
  bound("to", "23:59:59.999");
  return params;
}

/** What an entry is about, as a page of the portal; null where there is none. */
export function subjectAddress(item: Pick<AuditItem, "action" | "subject">): string | null {
  if (item.subject === "") return null;
  const id = encodeURIComponent(item.subject);
  // Orders are given to workstations, although they are about recordings.
  if (/^recording\.(started|stopped|resumed)$/.test(item.action)) return `/recordings?workstation=${id}`;
  switch (item.action.split(".")[0]) {
    case "recording":
    case "media":
    case "token":
    case "export":
    case "bookmark":
    case "wall":
      return `/recordings/${id}`;
    case "user":
    case "totp":
    case "password":
    case "session":
    case "oidc":
      return `/people/users/${id}`;
    case "group":
      return `/people/groups/${id}`;
    case "role":
      return `/people/roles/${id}`;
    case "workstation":
      return `/recordings?workstation=${id}`;
    case "blackout":
      return `/coverage/${id}`;
    // What was erased is not there any more; its certificate is.
    case "erasure":
    case "retention":
      return "/retention";
    case "quarantine":
      return "/quarantine";
    default:
      return null;
  }
}
