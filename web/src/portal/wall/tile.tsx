/** One workstation that is being recorded: its newest small picture, and what is to be known of it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { mayRecord, type Session } from "../../core/access.ts";
import { blackoutReason } from "../../core/blackout-requests.ts";
import { addressOf } from "../../core/route.ts";
import { clockText } from "../../core/time.ts";
import { sinceText, type WallItem, wallWords } from "../../core/wall.ts";
import { Badge } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";
import { BlackoutButton } from "../blackout/button.tsx";
import { isDark, Requests } from "../blackout/line.tsx";
import { nowMs, wallNow } from "../clock.ts";
import { OrderButton } from "./order.tsx";
import type { WallStore } from "./store.ts";
import css from "./wall.module.css";

/** Whether an element is in sight, or almost. */
function useInSight(element: { readonly current: HTMLElement | null }): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver((entries) => setSeen(entries.some((entry) => entry.isIntersecting)), {
      rootMargin: "100px",
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return seen;
}

function Picture({ item, store }: { readonly item: WallItem; readonly store: WallStore }) {
  const box = useRef<HTMLDivElement>(null);
  const seen = useInSight(box);
  const { pictureAt } = item;
  const dark = isDark(item);
  const reason = blackoutReason(item.blackouts) || item.reason;
  useEffect(() => {
    if (seen && !dark && pictureAt !== null) store.pictures.want(item.id, pictureAt);
  }, [seen, dark, pictureAt?.getTime()]);
  const url = store.pictures.of(item.id).value;
  return (
    <div ref={box} class={`${css.picture} ${dark ? css.blackout : ""}`} data-picture={dark ? "blackout" : (url ?? "")}>
      {dark ? (
        <p class={css.instead}>
          <Icon name="blackout" size={24} />
          {reason === "" ? "Blackout" : `Blackout: ${reason}`}
          <Requests item={item} />
        </p>
      ) : url === null ? (
        <p class={css.instead}>
          <Icon name="monitor" size={24} />
          No picture yet
        </p>
      ) : (
        <img src={url} alt={`The screen of ${item.agent || item.name}`} />
      )}
    </div>
  );
}

interface TileProps {
  readonly item: WallItem;
  readonly store: WallStore;
  readonly session: Session;
}

export function Tile({ item, store, session }: TileProps) {
  const grewAtMs = item.recording === null ? null : (store.grewAtMs.value.get(item.recording) ?? null);
  const { tone, text } = wallWords(item, grewAtMs, nowMs.value);
  const title = item.agent || "Unknown agent";
  return (
    <li class={css.tile}>
      <Picture item={item} store={store} />
      <div class={css.caption}>
        <div class={css.names}>
          <h2 class={css.name}>
            {item.recording === null ? (
              title
            ) : (
              <a class={css.opener} href={addressOf({ page: "recording", id: item.recording, momentUs: null })}>
                {title}
              </a>
            )}
          </h2>
          <span class={css.where}>{item.name}</span>
        </div>
        <div class={css.state}>
          {isDark(item) ? (
            <Badge>Blackout</Badge>
          ) : (
            <Badge tone={tone} dot={tone === "live"}>
              {text}
            </Badge>
          )}
          {item.startedAt !== null && (
            <span class={`${css.since} figures`} title={`Since ${clockText(item.startedAt)}`}>
              {sinceText(item.startedAt, wallNow())}
            </span>
          )}
          <span class={css.order}>
            <BlackoutButton brief item={item} session={session} />
            {mayRecord(session) && item.connected && <OrderButton item={item} session={session} />}
          </span>
        </div>
      </div>
    </li>
  );
}
