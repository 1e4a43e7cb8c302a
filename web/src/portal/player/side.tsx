/** Beside the player: what happened, and the facts. */

import { dayKey } from "../../core/calendar.ts";
import type { RecordingItem } from "../../core/library.ts";
import { momentsOf } from "../../core/moments.ts";
import { reasonText } from "../../core/reasons.ts";
import type { Moment, Recording } from "../../core/recording.ts";
import { addressOf } from "../../core/route.ts";
import { bytesText, clockText, dayText, instantAt, lengthText, positionText } from "../../core/time.ts";
import { type MomentText, momentWords } from "../../core/words.ts";
import { ApplicationPanel } from "./application-panel.tsx";
import { BookmarkPanel } from "./bookmark-panel.tsx";
import { Ledger } from "./ledger.tsx";
import { linesOfRecording, linesOfStretch } from "./log-lines.ts";
import css from "./player.module.css";
import type { PlayerStore } from "./store.ts";

function wordsOf(moment: Moment): MomentText {
  if (moment.code !== "gap") return momentWords(moment.code, moment.details);
  const missingUs = Number(moment.details.toUs) - Number(moment.details.fromUs);
  return {
    title: `Nothing recorded for ${lengthText(missingUs / 1000)}`,
    detail: reasonText(String(moment.details.reason)),
    tone: "warning",
  };
}

function GapLines({ store, moment }: { readonly store: PlayerStore; readonly moment: Moment }) {
  const href = linesOfStretch(store, Number(moment.details.fromUs), Number(moment.details.toUs));
  return href === null ? null : (
    <a class={`link ${css.linesLink}`} href={href}>
      Log lines of that time
    </a>
  );
}

function Moments({ store, recording }: { readonly store: PlayerStore; readonly recording: Recording }) {
  const fired = store.applications.worked.value.triggers;
  const moments = [...momentsOf(recording), ...fired].sort((one, other) => one.positionUs - other.positionUs);
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
              <li
                key={`${moment.positionUs} ${moment.code} ${moment.details.rule ?? ""} ${moment.details.action ?? ""}`}
              >
                <button type="button" onClick={() => store.seek(moment.positionUs)}>
                  <time class="figures">{positionText(moment.positionUs)}</time>
                  <span class={css[tone]}>
                    {title}
                    {detail !== "" && <small>{detail}</small>}
                  </span>
                </button>
                {moment.code === "gap" && <GapLines store={store} moment={moment} />}
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
  const lines = linesOfRecording(store);
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
              <a class="link" href={stationAddress(item)}>
                {item.workstation.name}
              </a>
            </dd>
            <dt>Size</dt>
            <dd>{bytesText(item.bytes)}</dd>
          </>
        )}
        <dt>Recording</dt>
        <dd class={css.id}>{recording.id}</dd>
        {lines !== null && (
          <>
            <dt>Logs</dt>
            <dd>
              <a class="link" href={lines}>
                What was said about it
              </a>
            </dd>
          </>
        )}
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
      <ApplicationPanel store={store} />
      <Ledger id={recording.id} state={recording.state} onSeek={(positionUs) => store.seek(positionUs)} />
      <Moments store={store} recording={recording} />
      <Facts store={store} recording={recording} />
    </aside>
  );
}
