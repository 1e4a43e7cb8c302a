/** All that is known of something in quarantine. */

import { whenText } from "../../core/ago.ts";
import { attemptsText, orderText, placeText, type QuarantineItem } from "../../core/quarantine.ts";
import { addressOf } from "../../core/route.ts";
import { bytesText } from "../../core/time.ts";
import { wallNow } from "../clock.ts";
import css from "./quarantine.module.css";

export function QuarantineFacts({ item }: { readonly item: QuarantineItem }) {
  const { recording, workstation } = item;
  return (
    <>
      <p class={css.message}>{item.message}</p>
      {item.order !== null && <p class={css.message}>{orderText(item.order)}</p>}
      <dl class={`${css.facts} figures`}>
        <dt>Code</dt>
        <dd>{item.code}</dd>
        <dt>First found so</dt>
        <dd>{whenText(item.firstAt, wallNow(), true)}</dd>
        <dt>Last found so</dt>
        <dd>
          {whenText(item.at, wallNow(), true)}, {attemptsText(item.attempts)}
        </dd>
        <dt>It waits</dt>
        <dd>
          {placeText(item.place)}
          {item.location !== "" && <span class={css.path}>{item.location}</span>}
        </dd>
        <dt>Size</dt>
        <dd>{bytesText(item.bytes)}</dd>
        {workstation !== null && (
          <>
            <dt>Workstation</dt>
            <dd>
              <a class="link" href={addressOf({ page: "coverage", workstation, query: "" })}>
                {workstation}
              </a>
            </dd>
          </>
        )}
        {item.segment !== null && (
          <>
            <dt>Segment</dt>
            <dd class={css.path}>{item.segment}</dd>
          </>
        )}
        {recording !== null && (
          <>
            <dt>Recording</dt>
            <dd>
              <a class="link" href={addressOf({ page: "recording", id: recording, momentUs: null })}>
                {recording}
              </a>
            </dd>
          </>
        )}
      </dl>
    </>
  );
}
