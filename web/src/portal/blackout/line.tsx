/** The blackout of one workstation: who or what asks, why and until when; and the button to end it. */

import type { Session } from "../../core/access.ts";
import { blackoutReason, requestWords } from "../../core/blackout-requests.ts";
import type { WorkstationItem } from "../../core/library.ts";
import { Icon } from "../../ui/icon.tsx";
import css from "./blackout.module.css";
import { BlackoutButton } from "./button.tsx";

interface LineProps {
  readonly item: WorkstationItem;
  readonly session: Session;
}

/** Each request in its own line; where none is told of, nothing. */
export function Requests({ item }: { readonly item: WorkstationItem }) {
  return (
    <>
      {item.blackouts.map((one) => (
        <small key={`${one.source} ${one.by} ${one.since.getTime()}`} class={css.request}>
          {one.reason !== "" && item.blackouts.length > 1 && `${one.reason}: `}
          {requestWords(one)}
        </small>
      ))}
    </>
  );
}

/** Whether nothing is captured at a workstation, on purpose. */
export function isDark(item: WorkstationItem): boolean {
  return item.state === "blackout" || item.blackouts.length > 0;
}

export function BlackoutLine(props: LineProps) {
  const { item } = props;
  const reason = blackoutReason(item.blackouts) || item.reason;
  return (
    <div class={css.line} role="status">
      <Icon name="blackout" />
      <div class={css.words}>
        <p class={css.title}>{reason === "" ? "Blackout" : `Blackout: ${reason}`}</p>
        <Requests item={item} />
      </div>
      <BlackoutButton {...props} />
    </div>
  );
}
