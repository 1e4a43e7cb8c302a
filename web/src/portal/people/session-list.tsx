/** Login sessions: where somebody is signed in, since when, and ending it. */

import { agoText, sinceText, untilText, whenText } from "../../core/ago.ts";
import type { LoginSession } from "../../core/people.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { wallNow } from "../clock.ts";
import { useKeptFocus } from "../kept-focus.ts";
import css from "./people.module.css";

interface SessionListProps {
  readonly items: readonly LoginSession[];
  /** Whose sessions they are is said where they are several people's. */
  readonly named?: boolean;
  readonly busy: boolean;
  readonly onEnd: (session: LoginSession) => void;
}

export function SessionList({ items, named = false, busy, onEnd }: SessionListProps) {
  const list = useKeptFocus<HTMLUListElement>();
  return (
    <ul ref={list} class={css.list} tabIndex={-1} aria-label="Sessions">
      {items.map((one) => (
        <li key={one.id} class={css.session}>
          <span class={css.sign}>
            <Icon name="monitor" />
          </span>
          <SessionFacts session={one} named={named} />
          {!one.current && (
            <Button small disabled={busy} onClick={() => onEnd(one)}>
              End
              <span class="spoken">
                {" "}
                the session of {one.user}, {one.agent}
              </span>
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function SessionFacts({ session, named }: { readonly session: LoginSession; readonly named: boolean }) {
  const now = wallNow();
  return (
    <div class={css.words}>
      <p class={css.strong}>
        {named && (
          <a class="link" href={`/people/users/${encodeURIComponent(session.user)}`}>
            {session.user}
          </a>
        )}
        <span>{session.agent === "" ? "Unknown browser" : session.agent}</span>
        {session.current && <Badge tone="accent">This one</Badge>}
      </p>
      <p class={`${css.facts} figures`}>
        <span>from {session.address === "" ? "somewhere" : session.address}</span>
        <span title={whenText(session.seenAt, now, true)}>
          {session.current ? "active now" : `active ${agoText(session.seenAt, now)}`}
        </span>
        <span title={whenText(session.createdAt, now, true)}>since {sinceText(session.createdAt, now)}</span>
        <span>ends in {untilText(session.expiresAt, now)}</span>
      </p>
    </div>
  );
}
