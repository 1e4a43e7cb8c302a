/** What the library is narrowed to: read from the address, written to it, and asked of the server. */

import { RECORDING_STATES, type RecordingState } from "./recording-index.ts";
import { ANY_TIME, askTime, readTime, type TimeChoice, writeTime } from "./time-choice.ts";

export const ORDERS = ["-started", "started", "-length", "length"] as const;
export type Order = (typeof ORDERS)[number];

/** As many values as one field may be given; the server refuses more. */
export const VALUES_MAX = 20;
/** As long as a search may be; the server refuses longer. */
export const SEARCH_CHARS_MAX = 200;

/** An empty list, null and "" mean that the field narrows nothing. Lists mean any of. */
export interface Filter extends TimeChoice {
  readonly agents: readonly string[];
  readonly workstations: readonly string[];
  readonly site: string | null;
  /** Identifier of a group of people. */
  readonly group: string | null;
  readonly states: readonly RecordingState[];
  readonly tags: readonly string[];
  /** Seconds. */
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly gap: boolean | null;
  readonly blackout: boolean | null;
  readonly held: boolean | null;
  /** What was worked with during it: patterns, with `*` for anything. */
  readonly application: string;
  readonly url: string;
  readonly rule: string;
  /** The share of idle time, in percent. */
  readonly idleFrom: number | null;
  readonly idleTo: number | null;
  readonly search: string;
  readonly order: Order;
}

export const NO_FILTER: Filter = {
  agents: [],
  workstations: [],
  site: null,
  group: null,
  states: [],
  tags: [],
  ...ANY_TIME,
  minLength: null,
  maxLength: null,
  gap: null,
  blackout: null,
  held: null,
  application: "",
  url: "",
  rule: "",
  idleFrom: null,
  idleTo: null,
  search: "",
  order: "-started",
};

function flagOf(text: string | null): boolean | null {
  return text === "true" ? true : text === "false" ? false : null;
}

function secondsOf(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

function percentOf(text: string | null): number | null {
  return text !== null && /^\d{1,3}$/.test(text) && Number(text) <= 100 ? Number(text) : null;
}

const patternOf = (text: string | null): string => (text ?? "").slice(0, SEARCH_CHARS_MAX);

function several(params: URLSearchParams, key: string): string[] {
  return [...new Set(params.getAll(key).filter((one) => one !== ""))].slice(0, VALUES_MAX);
}

/** Reads an address. What it does not understand narrows nothing. */
export function readFilter(params: URLSearchParams): Filter {
  const states = several(params, "state");
  return {
    agents: several(params, "agent"),
    workstations: several(params, "workstation"),
    site: params.get("site") || null,
    group: params.get("group") || null,
    states: RECORDING_STATES.filter((one) => states.includes(one)),
    tags: several(params, "tag"),
    ...readTime(params),
    minLength: secondsOf(params.get("minLength")),
    maxLength: secondsOf(params.get("maxLength")),
    gap: flagOf(params.get("gap")),
    blackout: flagOf(params.get("blackout")),
    held: flagOf(params.get("held")),
    application: patternOf(params.get("application")),
    url: patternOf(params.get("url")),
    rule: patternOf(params.get("rule")),
    idleFrom: percentOf(params.get("idleFrom")),
    idleTo: percentOf(params.get("idleTo")),
    search: (params.get("q") ?? "").slice(0, SEARCH_CHARS_MAX),
    order: ORDERS.find((one) => one === params.get("order")) ?? NO_FILTER.order,
  };
}

function common(filter: Filter): URLSearchParams {
  const params = new URLSearchParams();
  for (const one of filter.agents) params.append("agent", one);
  for (const one of filter.workstations) params.append("workstation", one);
  for (const one of filter.states) params.append("state", one);
  for (const one of filter.tags) params.append("tag", one);
  const single = {
    site: filter.site,
    group: filter.group,
    minLength: filter.minLength,
    maxLength: filter.maxLength,
    gap: filter.gap,
    blackout: filter.blackout,
    held: filter.held,
    application: filter.application || null,
    url: filter.url || null,
    rule: filter.rule || null,
    idleFrom: filter.idleFrom,
    idleTo: filter.idleTo,
    q: filter.search === "" ? null : filter.search,
    order: filter.order === NO_FILTER.order ? null : filter.order,
  };
  for (const [key, value] of Object.entries(single)) if (value !== null) params.set(key, String(value));
  return params;
}

/** The part of the address after `?`; empty where nothing is narrowed. */
export function filterQuery(filter: Filter): string {
  const params = common(filter);
  writeTime(filter, params);
  return params.toString();
}

/** What the server is asked: times in words have become instants, as they are now. */
export function filterRequest(filter: Filter, now: Date): URLSearchParams {
  const params = common(filter);
  askTime(filter, params, now);
  return params;
}

/** Whether anything is narrowed; sorting narrows nothing. */
export function narrows(filter: Filter): boolean {
  return filterQuery({ ...filter, order: NO_FILTER.order }) !== "";
}

/** Whether two filters ask for the same. */
export function sameFilter(one: Filter, other: Filter): boolean {
  return filterQuery(one) === filterQuery(other);
}
