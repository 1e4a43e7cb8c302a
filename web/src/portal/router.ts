/** Addresses and history: links inside the application change the page without loading it. */

import { computed, signal } from "@preact/signals";
import { addressOf, parseRoute, type Route } from "../core/route.ts";

const here = signal(location.pathname + location.search);

/** Where the person is. */
export const route = computed<Route>(() => {
  const url = new URL(here.value, location.origin);
  return parseRoute(url.pathname, url.search);
});

/** Goes to a page. `replace` leaves no step in the history: for what is not a step of the person's. */
export function go(to: Route | string, how: "push" | "replace" = "push"): void {
  const address = typeof to === "string" ? to : addressOf(to);
  if (address === here.value) return;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  const samePage = new URL(address, location.origin).pathname === new URL(here.value, location.origin).pathname;
  here.value = address;
  if (!samePage) window.scrollTo(0, 0);
}

function ownLink(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || link.origin !== location.origin || link.target !== "" || link.hasAttribute("download"))
    return null;
  // A place within this page is the browser's business.
  return link.hash === "" ? link : null;
}

/** Begins to follow links and the history. */
export function startRouter(): void {
  window.addEventListener("popstate", () => {
    here.value = location.pathname + location.search;
  });
  document.addEventListener("click", (event) => {
    const link = ownLink(event);
    if (link === null) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
