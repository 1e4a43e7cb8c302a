/** The pages that the navigation leads to, and who is offered them. The server decides about each request by itself. */

import { has, type Session } from "../core/access.ts";
import { NO_FILTER } from "../core/filter.ts";
import { addressOf, type Route } from "../core/route.ts";
import type { IconName } from "../ui/icon.tsx";

export interface Place {
  readonly page: Route["page"];
  readonly title: string;
  readonly icon: IconName;
  readonly href: string;
  /** Any of these permissions; none means everybody. */
  readonly needs: readonly string[];
  /** What the server must have, of what one may be without. */
  readonly capability?: string;
  /** What it must be without: then this place is in place of that one. */
  readonly lacking?: string;
}

const place = (to: Route, title: string, icon: IconName, ...needs: string[]): Place => ({
  page: to.page,
  title,
  icon,
  href: addressOf(to),
  needs,
});

const where = (capability: string, one: Place): Place => ({ ...one, capability });
const without = (lacking: string, one: Place): Place => ({ ...one, lacking });

/** In groups, as they are shown. */
export const PLACES: readonly (readonly Place[])[] = [
  [
    place({ page: "recordings", filter: NO_FILTER }, "Recordings", "library", "view"),
    place({ page: "live", query: "" }, "Live", "wall", "live", "record"),
    where(
      "coverage",
      place({ page: "coverage", workstation: null, query: "" }, "Coverage", "coverage", "view", "operate"),
    ),
    where("analytics", place({ page: "analytics", section: "usage", query: "" }, "Analytics", "chart", "analyse")),
    place({ page: "bookmarks", query: "" }, "Bookmarks", "bookmark", "view"),
    place({ page: "mine", query: "" }, "My recordings", "person"),
  ],
  [
    place({ page: "people", section: "users", id: null, query: "" }, "People", "people", "administer"),
    where("retention", place({ page: "retention" }, "Retention", "retention", "administer", "operate")),
    without("retention", place({ page: "retention" }, "Erasures", "retention", "audit", "operate")),
    where("analytics", place({ page: "rules", id: null }, "Rules", "rules", "administer")),
    where("quarantine", place({ page: "quarantine" }, "Quarantine", "quarantine", "operate")),
    where(
      "environment",
      place({ page: "environment", section: "overview", workstation: null }, "Environment", "network", "operate"),
    ),
    where("sites", place({ page: "sites", query: "" }, "Sites", "network", "operate")),
    where("logs", place({ page: "logs", query: "" }, "Logs", "logs", "operate")),
    place({ page: "audit", query: "" }, "Audit", "audit", "audit"),
  ],
];

/** Pages about one server, which the portal of several sites shows of each. */
const OF_EACH_SITE: ReadonlySet<Route["page"]> = new Set(["environment", "logs"]);

function exists(place: Place, session: Session): boolean {
  const asked = OF_EACH_SITE.has(place.page) && has(session, "sites");
  if (place.capability !== undefined && !asked && !has(session, place.capability)) return false;
  return place.lacking === undefined || !has(session, place.lacking);
}

/** Whether the portal of several sites has a page; that of a site says on each page itself what it is without. */
export function isHere(page: Route["page"], session: Session): boolean {
  if (session.sites === null) return true;
  const places = PLACES.flat().filter((one) => one.page === page);
  return places.length === 0 || places.some((one) => exists(one, session));
}

/** Whether a person is offered a place. */
export function offered(place: Place, session: Session): boolean {
  if (!exists(place, session)) return false;
  return place.needs.length === 0 || place.needs.some((one) => session.permissions.has(one));
}
