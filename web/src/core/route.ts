/** Addresses: every page can be reached by its own, and a link to a moment says which. */

import { RECORDING_STATES, type RecordingState } from "./recording-index.ts";
import { momentText, parseMoment } from "./time.ts";

/** What the library is narrowed to. */
export interface Filter {
  readonly state: RecordingState | null;
  readonly workstation: string | null;
}

export type Route =
  | { readonly page: "recordings"; readonly filter: Filter }
  | { readonly page: "recording"; readonly id: string; readonly momentUs: number | null }
  | { readonly page: "sign-in"; readonly next: string }
  | { readonly page: "components" }
  | { readonly page: "unknown"; readonly path: string };

export const NO_FILTER: Filter = { state: null, workstation: null };

/** Where signing in leads: only to a path of this site, whatever the address says. */
function safeNext(next: string | null): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : "/recordings";
}

export function parseRoute(path: string, query: string): Route {
  const params = new URLSearchParams(query);
  if (path === "/" || path === "/recordings" || path === "/recordings/") {
    const state = RECORDING_STATES.find((one) => one === params.get("state")) ?? null;
    return { page: "recordings", filter: { state, workstation: params.get("workstation") } };
  }
  if (path === "/sign-in") return { page: "sign-in", next: safeNext(params.get("next")) };
  if (path === "/components") return { page: "components" };
  const match = /^\/recordings\/([^/]+)$/.exec(path);
  if (match !== null) {
    const moment = params.get("t");
    return {
      page: "recording",
      id: decodeURIComponent(match[1] as string),
      momentUs: moment ? parseMoment(moment) : null,
    };
  }
  return { page: "unknown", path };
}

export function addressOf(route: Route): string {
  switch (route.page) {
    case "recordings": {
      const params = new URLSearchParams();
      if (route.filter.state !== null) params.set("state", route.filter.state);
      if (route.filter.workstation !== null) params.set("workstation", route.filter.workstation);
      return params.size === 0 ? "/recordings" : `/recordings?${params}`;
    }
    case "recording": {
      const moment = route.momentUs === null ? "" : `?t=${momentText(route.momentUs)}`;
      return `/recordings/${encodeURIComponent(route.id)}${moment}`;
    }
    case "sign-in":
      return route.next === "/recordings" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(route.next)}`;
    case "components":
      return "/components";
    case "unknown":
      return route.path;
  }
}
