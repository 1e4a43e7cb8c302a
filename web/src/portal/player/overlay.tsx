/** What is said over the picture. At most one card; chips for what passes by itself. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { requestWords } from "../../core/blackout-requests.ts";
import { type Blackout, blackoutsOf } from "../../core/blackouts.ts";
import type { Failure } from "../../core/failure.ts";
import type { WorkstationItem } from "../../core/library.ts";
import { reasonSentence } from "../../core/reasons.ts";
import type { Gap } from "../../core/recording-index.ts";
import { clockText, instantAt, positionText } from "../../core/time.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { BigButton, BlackoutCard, Chip, Corner, FailureCard, Flash, GapCard } from "../../ui/stage.tsx";
import { linesOfStretch } from "./log-lines.ts";
import type { PlayerStore } from "./store.ts";

/** Loading is not worth a word before this; most seeks are done by then. */
const LOADING_MS = 400;
/** A reconnect that succeeds at once is nobody's business. */
const TROUBLE_MS = 1_000;

/** True once `on` has held for a while; false at once when it ends. */
function useLasting(on: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!on) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), ms);
    return () => clearTimeout(timer);
  }, [on, ms]);
  return on && lasting;
}

/** Why it is black, and who asked; while it lasts, also until when. */
function Dark({ blackout, item }: { readonly blackout: Blackout; readonly item: WorkstationItem | null }) {
  const told =
    blackout.open && item !== null && item.blackouts.length > 0 ? item.blackouts.map((one) => requestWords(one)) : [];
  const words = told.length === 0 && blackout.asked !== "" ? [blackout.asked] : told;
  return (
    <BlackoutCard title={blackout.reason === "" ? "Blackout" : `Blackout: ${blackout.reason}`}>
      <p>Nothing was captured here, on purpose.</p>
      {words.map((one) => (
        <p key={one}>{one}</p>
      ))}
    </BlackoutCard>
  );
}

/** The blackout at the playhead, or null. */
function useBlackout(store: PlayerStore): Blackout | null {
  const recording = store.recording.value;
  const revision = store.revision.value;
  const all = useMemo(
    () => (recording === null ? [] : blackoutsOf(recording.moments(), recording.endUs, recording.gaps())),
    [recording, revision],
  );
  const snapshot = store.snapshot.value;
  if (snapshot?.place.kind === "gap") return null;
  const atUs = snapshot?.positionUs ?? -1;
  return all.find((one) => atUs >= one.fromUs && (atUs < one.toUs || (one.open && snapshot?.live === true))) ?? null;
}

function Missing({ gap, store }: { readonly gap: Gap; readonly store: PlayerStore }) {
  const lines = linesOfStretch(store, gap.fromUs, gap.toUs);
  const startedAtUs = store.recording.value?.startedAtUs ?? 0;
  return (
    <GapCard title="Nothing was recorded here">
      <p>{reasonSentence(gap.reason)}</p>
      <p class="figures">
        {positionText(gap.toUs - gap.fromUs)} missing, until {clockText(instantAt(startedAtUs, gap.toUs), true)}
      </p>
      {lines !== null && (
        <LinkButton small icon="logs" href={lines}>
          Log lines of that time
        </LinkButton>
      )}
    </GapCard>
  );
}

interface OverlayProps {
  readonly store: PlayerStore;
  /** Where it is being recorded; null where it is not, or nobody may know. */
  readonly workstation: WorkstationItem | null;
  readonly onRemedy: (failure: Failure) => void;
}

export function Overlay({ store, workstation, onRemedy }: OverlayProps) {
  const snapshot = store.snapshot.value;
  const connection = store.connection.value;
  const retrying = useLasting(connection.status === "retrying", TROUBLE_MS);
  const loading = useLasting(snapshot === null || snapshot.loading, LOADING_MS);
  const blackout = useBlackout(store);
  const failure = store.failure.value ?? (connection.status === "failed" ? connection.failure : null);
  if (failure !== null) return <FailureCard failure={failure} onRemedy={onRemedy} />;
  const silent = blackout === null && snapshot?.growing && snapshot.live && !snapshot.fresh;
  const chips = (
    <Corner>
      {retrying && connection.status === "retrying" && (
        <Chip busy>
          {connection.failure.message} Trying again …
          <Button small kind="quiet" onClick={() => store.retry()}>
            Now
          </Button>
        </Chip>
      )}
      {!retrying && silent && <Chip>Nothing new from the workstation: this is the last picture.</Chip>}
      {!retrying && !silent && loading && <Chip busy>Loading …</Chip>}
    </Corner>
  );
  return (
    <>
      {snapshot?.place.kind === "gap" && !snapshot.live && <Missing gap={snapshot.place.gap} store={store} />}
      {blackout !== null && <Dark blackout={blackout} item={workstation} />}
      {snapshot?.motion === "ended" && <Ended store={store} />}
      {store.blocked.value && <BigButton icon="play" label="Play" onClick={() => store.toggle()} />}
      {chips}
      {store.flash.value !== "" && <Flash>{store.flash.value}</Flash>}
    </>
  );
}

function Ended({ store }: { readonly store: PlayerStore }) {
  const interrupted = store.recording.value?.state === "interrupted";
  return (
    <>
      <BigButton icon="replay" label="Play again" onClick={() => store.toggle()} />
      {interrupted && (
        <Corner>
          <Chip>The recording was interrupted here. If the workstation comes back, it goes on.</Chip>
        </Corner>
      )}
    </>
  );
}
