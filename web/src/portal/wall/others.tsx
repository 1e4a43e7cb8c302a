/** The workstations that are not being recorded: what each does instead, and a button to have it record. */

import { mayRecord, type Session } from "../../core/access.ts";
import type { WorkstationItem } from "../../core/library.ts";
import { clockText, dayText } from "../../core/time.ts";
import { wallWords } from "../../core/wall.ts";
import { Dot } from "../../ui/badge.tsx";
import { Section } from "../../ui/page.tsx";
import { BlackoutButton } from "../blackout/button.tsx";
import { Requests } from "../blackout/line.tsx";
import { nowMs } from "../clock.ts";
import { OrderButton } from "./order.tsx";
import css from "./wall.module.css";

function words(item: WorkstationItem): string {
  if (item.state === "offline" && item.lastSeenAt !== null) {
    return `Not connected since ${dayText(item.lastSeenAt, new Date())}, ${clockText(item.lastSeenAt)}`;
  }
  return wallWords(item, null, nowMs.peek()).text;
}

export function Others({ items, session }: { readonly items: readonly WorkstationItem[]; readonly session: Session }) {
  if (items.length === 0) return null;
  return (
    <Section title="Not being recorded">
      <ul class={css.others}>
        {items.map((item) => (
          <li key={item.id} class={css.other}>
            <Dot tone={wallWords(item, null, nowMs.peek()).tone} />
            <span class={css.names}>
              <span class={css.name}>{item.name}</span>
              <span class={css.where}>{item.agent}</span>
            </span>
            <span class={css.what}>
              {words(item)}
              <Requests item={item} />
            </span>
            <BlackoutButton brief item={item} session={session} />
            {mayRecord(session) && item.connected && <OrderButton item={item} session={session} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}
