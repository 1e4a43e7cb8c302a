/** Addresses: every page can be reached by its own, and a link to a moment says which. */

import { type Filter, filterQuery, readFilter } from "./filter.ts";
import { momentText, parseMoment } from "./time.ts";

/** A stretch of a recording that a link is about. */
export interface LinkedRange {
  readonly fromUs: number;
  readonly toUs: number;
}

export const PEOPLE_SECTIONS = ["users", "groups", "roles", "sessions", "access"] as const;
export type PeopleSection = (typeof PEOPLE_SECTIONS)[number];

export const ENVIRONMENT_SECTIONS = ["overview", "workstations", "files"] as const;
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
  | { readonly page: "mine"; readonly query: string }
  | { readonly page: "people"; readonly section: PeopleSection; readonly id: string | null; readonly query: string }
  | { readonly page: "audit"; readonly query: string }
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

function pageAt(path: readonly string[], query: string): Route | null {
  const params = new URLSearchParams(query);
  const [page = "recordings", ...rest] = path;
  if (page === "people") return peopleRoute(rest, query);
  if (page === "environment") return environmentRoute(rest);
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

export function addressOf(route: Route): string {
  switch (route.page) {
    case "recordings":
      return joined("/recordings", filterQuery(route.filter));
    case "recording": {
      const params = new URLSearchParams();
      if (route.momentUs !== null) params.set("t", momentText(route.momentUs));
      if (route.range) {
        params.set("from", momentText(route.range.fromUs));
        params.set("to", momentText(route.range.toUs));
      }
      return joined(`/recordings/${encodeURIComponent(route.id)}`, params.toString());
    }
    case "people": {
      const id = route.id === null ? "" : `/${encodeURIComponent(route.id)}`;
      return joined(`/people/${route.section}${id}`, route.query);
    }
    case "environment": {
      if (route.section === "overview") return "/environment";
      const id = route.workstation === null ? "" : `/${encodeURIComponent(route.workstation)}`;
      return `/environment/${route.section}${id}`;
    }
    case "coverage": {
      const id = route.workstation === null ? "" : `/${encodeURIComponent(route.workstation)}`;
      return joined(`/coverage${id}`, route.query);
    }
    case "live":
    case "bookmarks":
    case "mine":
    case "audit":
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
