/** What was worked with, beside the player: each application, and the way to every moment in it. */

import { useId } from "preact/hooks";
import { toneToken, visitsOf } from "../../core/applications.ts";
import { visitFrom } from "../../core/lane-applications.ts";
import { lengthText, positionText } from "../../core/time.ts";
import { IconButton } from "../../ui/button.tsx";
import { Counted } from "../../ui/counted.tsx";
import css from "./applications.module.css";
import type { PlayerStore } from "./store.ts";

/** More moments than these are gone to by the buttons and on the timeline. */
const LISTED_MAX = 50;

function Visits({ store, application }: { readonly store: PlayerStore; readonly application: string }) {
  const { bands } = store.applications.worked.value;
  const visits = visitsOf(bands, application);
  const step = (direction: 1 | -1): void => {
    const to = visitFrom(bands, application, store.snapshot.value?.positionUs ?? 0, direction);
    if (to !== null) store.seek(to.fromUs);
  };
  return (
    <div class={css.visits}>
      <div class={css.steps}>
        <span>{visits.length === 1 ? "1 moment" : `${visits.length} moments`}</span>
        <IconButton small icon="back" label={`Moment before in ${application}`} onClick={() => step(-1)} />
        <IconButton small icon="forward" label={`Next moment in ${application}`} onClick={() => step(1)} />
      </div>
      <ol>
        {visits.slice(0, LISTED_MAX).map((visit) => (
          <li key={visit.fromUs}>
            <button type="button" onClick={() => store.seek(visit.fromUs)}>
              <time class="figures">{positionText(visit.fromUs)}</time>
              <span>
                {visit.title || application}
                <small>{lengthText((visit.toUs - visit.fromUs) / 1000)}</small>
              </span>
            </button>
          </li>
        ))}
      </ol>
      {visits.length > LISTED_MAX && <p class={css.none}>The others are on the timeline.</p>}
    </div>
  );
}

export function ApplicationPanel({ store }: { readonly store: PlayerStore }) {
  const { uses, tones, chosen, worked } = store.applications;
  const id = useId();
  const all = uses.value;
  if (all.length === 0) return null;
  const most = Math.max(...all.map((one) => one.activeUs + one.idleUs), 1);
  return (
    <section aria-labelledby={id}>
      <h2 id={id} class={css.title}>
        Applications
        <Counted what="Applications">{worked.value.counted}</Counted>
      </h2>
      <ul>
        {all.map(({ application, activeUs, idleUs }) => {
          const isChosen = chosen.value === application;
          const tone = tones.value.get(application);
          return (
            <li key={application}>
              <button
                type="button"
                class={css.use}
                aria-pressed={isChosen}
                onClick={() => store.applications.choose(application)}
              >
                <span class={css.name}>{application}</span>
                <span class="figures">{lengthText(activeUs / 1000)}</span>
                <span class={css.bar} aria-hidden="true">
                  <i
                    style={{
                      width: `${(100 * activeUs) / most}%`,
                      background: tone === undefined ? undefined : toneToken(tone),
                    }}
                  />
                  <i
                    class={css.idle}
                    style={{
                      width: `${(100 * idleUs) / most}%`,
                      background: tone === undefined ? undefined : toneToken(tone),
                    }}
                  />
                </span>
              </button>
              {isChosen && <Visits store={store} application={application} />}
            </li>
          );
        })}
      </ul>
      {worked.value.cut && <p class={css.none}>There was more than is shown here.</p>}
    </section>
  );
}
