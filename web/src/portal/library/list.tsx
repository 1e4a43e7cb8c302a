/** The list of recordings, in days. */

import { byDay, lengthNow, liveness, type RecordingItem } from "../../core/library.ts";
import { addressOf } from "../../core/route.ts";
import { bytesText, clockText, lengthText, positionText } from "../../core/time.ts";
import { Badge } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { nowMs } from "../clock.ts";
import css from "./library.module.css";

function StateBadge({ item }: { readonly item: RecordingItem }) {
  switch (liveness(item, nowMs.value)) {
    case "live":
      return (
        <Badge tone="live" dot>
          Recording now
        </Badge>
      );
    case "silent":
      return <Badge tone="warn">No progress</Badge>;
    default:
      return item.state === "interrupted" ? <Badge tone="warn">Interrupted</Badge> : null;
  }
}

function Row({ item }: { readonly item: RecordingItem }) {
  const live = liveness(item, nowMs.value) === "live";
  const length = lengthNow(item, nowMs.value);
  const end = item.endedAt ?? (live ? null : new Date(item.startedAt.getTime() + item.durationMs));
  return (
    <a class={css.row} href={addressOf({ page: "recording", id: item.id, momentUs: null })}>
      <span class={`${css.when} figures`}>
        {clockText(item.startedAt)} – {end === null ? "now" : clockText(end)}
      </span>
      <span class={css.agent}>{item.agent || "Unknown agent"}</span>
      <span class={`${css.where} ${css.muted}`}>{item.workstation.name}</span>
      <span class={`${css.long} figures`}>{live ? positionText(length * 1000) : lengthText(length)}</span>
      <span class={css.facts}>
        <StateBadge item={item} />
        {item.gaps > 0 && (
          <Badge tone="warn">
            {item.gaps} {item.gaps === 1 ? "gap" : "gaps"}
          </Badge>
        )}
      </span>
      <span class={`${css.right} figures`}>{bytesText(item.bytes)}</span>
      <span class={css.chevron}>
        <Icon name="forward" size={18} />
      </span>
    </a>
  );
}

/** Up and down walk along the rows, as in any list. */
function walk(event: KeyboardEvent): void {
  const step =
    event.key === "ArrowDown" || event.key === "j" ? 1 : event.key === "ArrowUp" || event.key === "k" ? -1 : 0;
  if (step === 0 || event.ctrlKey || event.metaKey || event.altKey || !(event.currentTarget instanceof HTMLElement))
    return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("a")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at + step];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  next.focus();
}

export function RecordingList({ items, more }: { readonly items: readonly RecordingItem[]; readonly more: boolean }) {
  // The days change at midnight, not every second.
  const days = byDay(items, new Date());
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the rows inside are links; this adds arrows to the Tab key
    <div class={css.list} onKeyDown={walk}>
      {days.map(({ day, items: rows }) => (
        <section key={day} aria-label={day}>
          <h2 class={css.day}>{day}</h2>
          <ol class={css.rows}>
            {rows.map((item) => (
              <li key={item.id}>
                <Row item={item} />
              </li>
            ))}
          </ol>
        </section>
      ))}
      {more && <p class={css.end}>Loading more …</p>}
    </div>
  );
}

export function RecordingListSkeleton() {
  return (
    <div class={css.list} role="status" aria-label="Loading recordings">
      <div class={css.day}>
        <Bone width="5rem" />
      </div>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} class={css.row}>
          <Bone width="6rem" />
          <Bone width="9rem" />
          <Bone width="6rem" />
          <Bone width="4rem" />
          <span />
          <Bone width="3rem" />
        </div>
      ))}
    </div>
  );
}
