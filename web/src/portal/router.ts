/** Addresses and history: links inside the application change the page without loading it. */

import { computed, signal } from "@preact/signals";
import { addressOf, parseRoute, type Route } from "../core/route.ts";

const here = signal(location.pathname + location.search);

/** Where the person is. */
export const route = computed<Route>(() => {
  const url = new URL(here.value, location.origin);
  return parseRoute(url.pathname, url.search);
});

/** Where each address was scrolled to when it was left: leaving it scrolls to the top at once. */
const leftAt = new Map<string, number>();

/** Where the person was on this page when they left it. */
export function leftAtPx(): number {
  return leftAt.get(here.value) ?? 0;
}

/** Goes to a page. `replace` leaves no step in the history: for what is not a step of the person's. */
export function go(to: Route | string, how: "push" | "replace" = "push"): void {
  const address = typeof to === "string" ? to : addressOf(to);
  if (address === here.value) return;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  const samePage = new URL(address, location.origin).pathname === new URL(here.value, location.origin).pathname;
  if (!samePage) leftAt.set(here.value, window.scrollY);
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
    leftAt.set(here.value, window.scrollY);
    here.value = location.pathname + location.search;
    // Also of a page that was still shown, because the one that it was left for had not appeared yet.
    if (leftAt.has(here.value)) requestAnimationFrame(() => window.scrollTo({ top: leftAtPx(), behavior: "instant" }));
  });
  document.addEventListener("click", (event) => {
    const link = ownLink(event);
    if (link === null) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
