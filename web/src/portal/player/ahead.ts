/**
 * What can be done before a click on a recording is one: the player's script is there once the page has come to rest,
 * and the token is asked for when a button goes down on a link, a tenth of a second before it comes up.
 */

import { effect } from "@preact/signals";
import type { Session } from "../../core/access.ts";
import { parseRoute } from "../../core/route.ts";
import { TokenClient } from "../../media/tokens.ts";

/** Long enough for a slow hand. */
const KEPT_MS = 10_000;

interface Ahead {
  readonly id: string;
  readonly tokens: TokenClient;
  readonly atMs: number;
}

let ahead: Ahead | null = null;

/** The tokens of a recording: those that are on their way already, or others. */
export function tokensOf(id: string, session: Session): TokenClient {
  const ready = ahead;
  ahead = null;
  if (ready !== null && ready.id === id && performance.now() - ready.atMs < KEPT_MS) return ready.tokens;
  return new TokenClient(session.tokenUrl, id, session.csrfToken);
}

function recordingOf(target: EventTarget | null): string | null {
  const link = target instanceof Element ? target.closest("a") : null;
  if (link === null || link.origin !== location.origin) return null;
  const route = parseRoute(link.pathname, link.search);
  return route.page === "recording" ? route.id : null;
}

function whenResting(act: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(act, { timeout: 5_000 });
  else setTimeout(act, 2_000);
}

/**
 * Begins to look ahead, once somebody is signed in.
 *
 * @param session tells who is signed in, if anybody.
 * @param load loads the player's script.
 */
export function startAhead(session: () => Session | null, load: () => Promise<unknown>): void {
  effect(() => {
    // What fails here fails again where it is shown.
    if (session() !== null) whenResting(() => void load().catch(() => undefined));
  });
  document.addEventListener(
    "pointerdown",
    (event) => {
      const id = event.button === 0 ? recordingOf(event.target) : null;
      const somebody = session();
      if (id === null || somebody === null) return;
      const tokens = new TokenClient(somebody.tokenUrl, id, somebody.csrfToken);
      ahead = { id, tokens, atMs: performance.now() };
      tokens.get().catch(() => undefined);
    },
    { capture: true, passive: true },
  );
}
