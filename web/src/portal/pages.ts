/** The pages that the navigation leads to, and who is offered them. The server decides about each request by itself. */

import type { Session } from "../core/access.ts";
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
}

const place = (to: Route, title: string, icon: IconName, ...needs: string[]): Place => ({
  page: to.page,
  title,
  icon,
  href: addressOf(to),
  needs,
});

/** In groups, as they are shown. */
export const PLACES: readonly (readonly Place[])[] = [
  [
    place({ page: "recordings", filter: NO_FILTER }, "Recordings", "library", "view"),
    place({ page: "live", query: "" }, "Live", "wall", "live", "record"),
    place({ page: "coverage", workstation: null, query: "" }, "Coverage", "coverage", "view", "operate"),
    place({ page: "bookmarks", query: "" }, "Bookmarks", "bookmark", "view"),
    place({ page: "mine", query: "" }, "My recordings", "person"),
  ],
  [
    place({ page: "people", section: "users", id: null, query: "" }, "People", "people", "administer"),
    place({ page: "retention" }, "Retention", "retention", "administer", "operate"),
    place({ page: "quarantine" }, "Quarantine", "quarantine", "operate"),
    place({ page: "environment", section: "overview", workstation: null }, "Environment", "network", "operate"),
    place({ page: "audit", query: "" }, "Audit", "audit", "audit"),
  ],
];

/** Whether a person is offered a place. */
export function offered(place: Place, session: Session): boolean {
  return place.needs.length === 0 || place.needs.some((one) => session.permissions.has(one));
}
