/** One recording as the person it is about should know it. */

import { useState } from "preact/hooks";
import { sinceText } from "../../core/ago.ts";
import { lengthNow } from "../../core/library.ts";
import {
  extentText,
  lookText,
  type MineItem,
  WATCHED_MAX,
  type Watch,
  watchersText,
  whyText,
} from "../../core/mine.ts";
import { clockText, lengthText } from "../../core/time.ts";
import { Badge } from "../../ui/badge.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nowMs, wallNow } from "../clock.ts";
import css from "./mine.module.css";

interface EntryProps {
  readonly item: MineItem;
  readonly me: string;
  readonly mayPlay: boolean;
}

export function MineEntry({ item, me, mayPlay }: EntryProps) {
  const { recording, watched } = item;
  const live = recording.state === "recording";
  const from = clockText(recording.startedAt);
  const to = recording.endedAt === null ? "now" : clockText(recording.endedAt);
  return (
    <li class={css.item}>
      <div class={css.what}>
        <h3 class="figures">
          {from} – {live ? "now" : to} {live && <Live />}
        </h3>
        <p class={css.muted}>
          {live ? lengthText(lengthNow(recording, nowMs.value)) : extentText(item)} · at {recording.workstation.name}
        </p>
        <p>{whyText(item.why)}</p>
        <Watched watched={watched} me={me} />
      </div>
      {mayPlay && (
        <LinkButton icon="play" href={`/recordings/${encodeURIComponent(recording.id)}`}>
          {live ? "Watch" : "Play"}
          <span class="spoken"> what was recorded from {from} on</span>
        </LinkButton>
      )}
    </li>
  );
}

function Live() {
  return (
    <Badge tone="live" dot>
      Recording now
    </Badge>
  );
}

/** Who watched in a line; all of it, one after the other, when asked. */
function Watched({ watched, me }: { readonly watched: readonly Watch[]; readonly me: string }) {
  const [open, setOpen] = useState(false);
  const words = watchersText(watched, me);
  if (watched.length === 0) {
    return (
      <p class={css.nobody}>
        <Icon name="eyeOff" size={16} /> {words}
      </p>
    );
  }
  return (
    <details class={css.watched} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="eye" size={16} /> {words}
        <span class={css.turn}>
          <Icon name="down" size={14} />
        </span>
      </summary>
      {open && <Looks watched={watched} me={me} />}
    </details>
  );
}

function Looks({ watched, me }: { readonly watched: readonly Watch[]; readonly me: string }) {
  const now = wallNow();
  const latest = [...watched].sort((one, other) => other.at.getTime() - one.at.getTime());
  return (
    <ul class={css.looks}>
      {watched.length >= WATCHED_MAX && <li class={css.muted}>Only the last {WATCHED_MAX} times are listed here.</li>}
      {latest.map((one) => (
        <li key={`${one.by} ${one.at.getTime()} ${one.how}`}>
          <span>
            <span class={css.by}>{one.by === me ? "You" : one.by}</span> {lookText(one)}
          </span>
          <time class={`${css.at} figures`} dateTime={one.at.toISOString()}>
            {sinceText(one.at, now)}
          </time>
        </li>
      ))}
    </ul>
  );
}
