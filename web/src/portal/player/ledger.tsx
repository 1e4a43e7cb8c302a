/** The account of a recording: how much should exist, how much does, and why the rest does not. */

import { useEffect } from "preact/hooks";
import { shareText } from "../../core/coverage-words.ts";
import { kindLabel } from "../../core/reasons.ts";
import { type MissingStretch, readLedger } from "../../core/site-coverage.ts";
import { lengthText, positionText } from "../../core/time.ts";
import { requestJson } from "../../net/http.ts";
import { Button } from "../../ui/button.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { Swatch } from "../../ui/strip.tsx";
import { Loaded, useLoaded } from "../loaded.ts";
import css from "./ledger.module.css";

/** More stretches are counted; the timeline and the events show each. */
const STRETCHES_SHOWN = 20;

/** While a recording is being made, its account is asked for again this often. */
const GROWING_MS = 15_000;

interface LedgerProps {
  readonly id: string;
  /** A recording that ends, or goes on, is accounted for anew. */
  readonly state: string;
  readonly onSeek: (positionUs: number) => void;
}

export function Ledger({ id, state, onSeek }: LedgerProps) {
  const loaded = useLoaded(
    `${id} ${state}`,
    () =>
      new Loaded(async (signal) =>
        readLedger(await requestJson(`/api/recordings/${encodeURIComponent(id)}/coverage`, { signal })),
      ),
  );
  useEffect(() => {
    if (state !== "recording") return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void loaded.load();
    }, GROWING_MS);
    return () => clearInterval(timer);
  }, [loaded, state]);
  const ledger = loaded.value.value;
  const failure = loaded.failure.value;
  return (
    <section aria-labelledby="ledger">
      <h2 id="ledger">Coverage</h2>
      {ledger === null && failure === null && <Bone width="100%" height="3.5rem" />}
      {ledger === null && failure !== null && (
        <p class={css.muted}>
          {failure.message}{" "}
          <Button small kind="quiet" onClick={() => void loaded.load()}>
            Try again
          </Button>
        </p>
      )}
      {ledger !== null && (
        <>
          <p class="figures">
            <strong>{shareText(ledger.keptMs, ledger.dueMs)}</strong> of what was due is there:{" "}
            {lengthText(ledger.keptMs)} of {lengthText(ledger.dueMs)}.
          </p>
          {ledger.byReason.length === 0 ? (
            <p class={css.muted}>Nothing is missing.</p>
          ) : (
            <ul class={`${css.reasons} figures`} aria-label="Missing, by reason">
              {ledger.byReason.map((one) => (
                <li key={one.code}>
                  <Swatch kind={one.code} />
                  <span class={css.label}>{kindLabel(one.code)}</span>
                  {lengthText(one.ms)}
                </li>
              ))}
            </ul>
          )}
          <Stretches missing={ledger.missing} onSeek={onSeek} />
        </>
      )}
    </section>
  );
}

interface StretchesProps {
  readonly missing: readonly MissingStretch[];
  readonly onSeek: (positionUs: number) => void;
}

function Stretches({ missing, onSeek }: StretchesProps) {
  if (missing.length < 2) return null;
  const more = missing.length - STRETCHES_SHOWN;
  return (
    <details class={css.stretches}>
      <summary>{missing.length} missing stretches</summary>
      <ol class="figures">
        {missing.slice(0, STRETCHES_SHOWN).map((one) => (
          <li key={`${one.fromMs} ${one.code}`}>
            <button type="button" onClick={() => onSeek(one.fromMs * 1000)}>
              <time>{positionText(one.fromMs * 1000)}</time>
              <span>
                {kindLabel(one.code)}
                <small>{lengthText(one.toMs - one.fromMs)}</small>
              </span>
            </button>
          </li>
        ))}
      </ol>
      {more > 0 && <p class={css.muted}>And {more} more.</p>}
    </details>
  );
}
