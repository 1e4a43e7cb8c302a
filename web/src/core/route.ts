/** Addresses: every page can be reached by its own, and a link to a moment says which. */

import { ANALYTICS_SECTIONS, type AnalyticsSection } from "./analytics-filter.ts";
import { type Filter, filterQuery, readFilter } from "./filter.ts";
import { momentText, parseMoment } from "./time.ts";

/** A stretch of a recording that a link is about. */
export interface LinkedRange {
  readonly fromUs: number;
  readonly toUs: number;
}

export const PEOPLE_SECTIONS = ["users", "groups", "roles", "sessions", "access"] as const;
export type PeopleSection = (typeof PEOPLE_SECTIONS)[number];

export const ENVIRONMENT_SECTIONS = ["overview", "workstations", "link", "files"] as const;
export type EnvironmentSection = (typeof ENVIRONMENT_SECTIONS)[number];

/** `query` is the part after `?`, for pages that read it by themselves. */
export type Route =
  | { readonly page: "recordings"; readonly filter: Filter }
  | {
      readonly page: "recording";
      readonly id: string;
      readonly momentUs: number | null;
      readonly range?: LinkedRange | null;
    }
  | { readonly page: "live"; readonly query: string }
  | { readonly page: "bookmarks"; readonly query: string }
  | { readonly page: "coverage"; readonly workstation: string | null; readonly query: string }
  | { readonly page: "quarantine" }
  | { readonly page: "retention" }
  | { readonly page: "environment"; readonly section: EnvironmentSection; readonly workstation: string | null }
  | { readonly page: "analytics"; readonly section: AnalyticsSection; readonly query: string }
  | { readonly page: "rules"; readonly id: string | null }
  | { readonly page: "mine"; readonly query: string }
  | { readonly page: "people"; readonly section: PeopleSection; readonly id: string | null; readonly query: string }
  | { readonly page: "audit"; readonly query: string }
  | { readonly page: "logs"; readonly query: string }
  | { readonly page: "sites"; readonly query: string }
  | { readonly page: "account" }
  | { readonly page: "sign-in"; readonly next: string; readonly refused?: string }
  | { readonly page: "components" }
  | { readonly page: "unknown"; readonly path: string };

/** Where signing in leads: only to a path of this site, whatever the address says. */
function safeNext(next: string | null): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : "/recordings";
}

/** Why the organisation's own sign-in sent somebody back: a code of the server's. */
function refusedIn(params: URLSearchParams): { readonly refused?: string } {
  const code = params.get("refused") ?? "";
  return /^[a-z_.]{1,64}$/.test(code) ? { refused: code } : {};
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray percent sign: no such page.
    return null;
  }
}

function recordingRoute(id: string, params: URLSearchParams): Route {
  const position = (key: string): number | null => {
    const value = params.get(key);
    return value ? parseMoment(value) : null;
  };
  const fromUs = position("from");
  const toUs = position("to");
  const range = fromUs !== null && toUs !== null && fromUs < toUs ? { fromUs, toUs } : null;
  return { page: "recording", id, momentUs: position("t"), range };
}

function peopleRoute(parts: readonly string[], query: string): Route | null {
  const section = PEOPLE_SECTIONS.find((one) => one === (parts[0] ?? "users"));
  if (section === undefined || parts.length > 2) return null;
  return { page: "people", section, id: parts[1] ?? null, query };
}

function environmentRoute(parts: readonly string[]): Route | null {
  const [name = "overview", workstation = null] = parts;
  const section = ENVIRONMENT_SECTIONS.find((one) => one === name);
  if (section === undefined || parts.length > (section === "workstations" ? 2 : 1)) return null;
  return { page: "environment", section, workstation };
}

function analyticsRoute(parts: readonly string[], query: string): Route | null {
  const section = ANALYTICS_SECTIONS.find((one) => one === (parts[0] ?? "usage"));
  return section === undefined || parts.length > 1 ? null : { page: "analytics", section, query };
}

function pageAt(path: readonly string[], query: string): Route | null {
  const params = new URLSearchParams(query);
  const [page = "recordings", ...rest] = path;
  if (page === "people") return peopleRoute(rest, query);
  if (page === "environment") return environmentRoute(rest);
  if (page === "analytics") return analyticsRoute(rest, query);
  if (page === "rules" && rest.length <= 1) return { page, id: rest[0] ?? null };
  if (page === "coverage" && rest.length <= 1) return { page, workstation: rest[0] ?? null, query };
  if (page === "recordings" && rest.length === 1) return recordingRoute(rest[0] as string, params);
  if (rest.length > 0) return null;
  switch (page) {
    case "recordings":
      return { page, filter: readFilter(params) };
    case "live":
    case "bookmarks":
    case "mine":
    case "audit":
    case "logs":
    case "sites":
      return { page, query };
    case "account":
    case "quarantine":
    case "retention":
    case "components":
      return { page };
    case "sign-in":
      return { page, next: safeNext(params.get("next")), ...refusedIn(params) };
    default:
      return null;
  }
}

export function parseRoute(path: string, query: string): Route {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decoded);
  if (parts.includes(null)) return { page: "unknown", path };
  return pageAt(parts as string[], query.replace(/^\?/, "")) ?? { page: "unknown", path };
}

const joined = (path: string, query: string): string => (query === "" ? path : `${path}?${query}`);

const under = (path: string, id: string | null): string => (id === null ? path : `${path}/${encodeURIComponent(id)}`);

function recordingAddress({ id, momentUs, range }: Extract<Route, { page: "recording" }>): string {
  const params = new URLSearchParams();
  if (momentUs !== null) params.set("t", momentText(momentUs));
  if (range) {
    params.set("from", momentText(range.fromUs));
    params.set("to", momentText(range.toUs));
  }
  return joined(under("/recordings", id), params.toString());
}

export function addressOf(route: Route): string {
  switch (route.page) {
    case "recordings":
      return joined("/recordings", filterQuery(route.filter));
    case "recording":
      return recordingAddress(route);
    case "people":
      return joined(under(`/people/${route.section}`, route.id), route.query);
    case "environment":
      if (route.section === "overview") return "/environment";
      return under(`/environment/${route.section}`, route.workstation);
    case "analytics":
      return joined(route.section === "usage" ? "/analytics" : `/analytics/${route.section}`, route.query);
    case "rules":
      return under("/rules", route.id);
    case "coverage":
      return joined(under("/coverage", route.workstation), route.query);
    case "live":
    case "bookmarks":
    case "mine":
    case "audit":
    case "logs":
    case "sites":
      return joined(`/${route.page}`, route.query);
    case "sign-in":
      return route.next === "/recordings" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(route.next)}`;
    case "account":
    case "quarantine":
    case "retention":
    case "components":
      return `/${route.page}`;
    case "unknown":
      return route.path;
  }
}
