/** Beside the player: what happened, and the facts. */

import { dayKey } from "../../core/calendar.ts";
import type { RecordingItem } from "../../core/library.ts";
import { reasonText } from "../../core/reasons.ts";
import type { Moment, Recording } from "../../core/recording.ts";
import { addressOf } from "../../core/route.ts";
import { bytesText, clockText, dayText, instantAt, lengthText, positionText } from "../../core/time.ts";
import { type MomentText, momentWords } from "../../core/words.ts";
import { BookmarkPanel } from "./bookmark-panel.tsx";
import { Ledger } from "./ledger.tsx";
import css from "./player.module.css";
import { momentsOf, type PlayerStore } from "./store.ts";

function wordsOf(moment: Moment): MomentText {
  if (moment.code !== "gap") return momentWords(moment.code, moment.details);
  const missingUs = Number(moment.details.toUs) - Number(moment.details.fromUs);
  return {
    title: `Nothing recorded for ${lengthText(missingUs / 1000)}`,
    detail: reasonText(String(moment.details.reason)),
    tone: "warning",
  };
}

function Moments({ store, recording }: { readonly store: PlayerStore; readonly recording: Recording }) {
  const moments = momentsOf(recording);
  return (
    <section aria-labelledby="events">
      <h2 id="events">Events</h2>
      {moments.length === 0 ? (
        <p class={css.none}>Nothing out of the ordinary.</p>
      ) : (
        <ol class={css.moments}>
          {moments.map((moment) => {
            const { title, detail, tone } = wordsOf(moment);
            return (
              <li key={`${moment.positionUs} ${moment.code}`}>
                <button type="button" onClick={() => store.seek(moment.positionUs)}>
                  <time class="figures">{positionText(moment.positionUs)}</time>
                  <span class={css[tone]}>
                    {title}
                    {detail !== "" && <small>{detail}</small>}
                  </span>
                </button>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

/** What else there is, or is not, of the workstation and the day. */
function stationAddress({ workstation, startedAt }: RecordingItem): string {
  const query = new URLSearchParams({ day: dayKey(startedAt) }).toString();
  return addressOf({ page: "coverage", workstation: workstation.id, query });
}

function Facts({ store, recording }: { readonly store: PlayerStore; readonly recording: Recording }) {
  const item = store.item.value;
  const started = instantAt(recording.startedAtUs, 0);
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">Details</h2>
      <dl class={`${css.facts} figures`}>
        <dt>Started</dt>
        <dd>
          {dayText(started, new Date())}, {clockText(started, true)}
        </dd>
        <dt>Length</dt>
        <dd>{lengthText(recording.endUs / 1000)}</dd>
        <dt>Monitors</dt>
        <dd>
          {store
            .monitors()
            .map((track) => track.name)
            .join(", ")}
        </dd>
        {item !== null && (
          <>
            <dt>Workstation</dt>
            <dd>
              <a class={css.link} href={stationAddress(item)}>
                {item.workstation.name}
              </a>
            </dd>
            <dt>Size</dt>
            <dd>{bytesText(item.bytes)}</dd>
          </>
        )}
        <dt>Recording</dt>
        <dd class={css.id}>{recording.id}</dd>
      </dl>
    </section>
  );
}

export function Side({ store }: { readonly store: PlayerStore }) {
  const recording = store.recording.value;
  // The recording grows in place; reading its revision draws this anew.
  const revision = store.revision.value;
  if (recording === null) return <aside class={css.side} />;
  return (
    <aside class={css.side} data-revision={revision}>
      <BookmarkPanel store={store} />
      <Ledger id={recording.id} state={recording.state} onSeek={(positionUs) => store.seek(positionUs)} />
      <Moments store={store} recording={recording} />
      <Facts store={store} recording={recording} />
    </aside>
  );
}
