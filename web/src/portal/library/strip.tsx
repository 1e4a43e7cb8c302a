/** The workstations: what each does now, and a button to have it do something else. */

import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { toFailure } from "../../core/failure.ts";
import {
  lengthNow,
  liveness,
  type RecordingItem,
  type WorkstationItem,
  type WorkstationState,
} from "../../core/library.ts";
import { addressOf } from "../../core/route.ts";
import { clockText, dayText, positionText } from "../../core/time.ts";
import { Dot, type Tone } from "../../ui/badge.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { record } from "../api.ts";
import { nowMs } from "../clock.ts";
import { isSignedOut, mustSignIn } from "../session.ts";
import css from "./library.module.css";

interface Saying {
  readonly tone: Tone;
  readonly words: string;
  readonly style: string | undefined;
}

const PLAIN: Readonly<Record<WorkstationState, Saying>> = {
  idle: { tone: "accent", words: "Ready", style: css.muted },
  recording: { tone: "live", words: "Recording", style: css.live },
  blackout: { tone: "warn", words: "Blackout", style: css.silent },
  no_display: { tone: "warn", words: "No display to record", style: css.silent },
  disk_full: { tone: "warn", words: "Its disk is full", style: css.silent },
  failed: { tone: "warn", words: "The recorder failed", style: css.silent },
  offline: { tone: "neutral", words: "Not connected", style: css.muted },
};

function saying(item: WorkstationItem, recording: RecordingItem | undefined): Saying {
  if (item.state === "offline" && item.lastSeenAt !== null) {
    const seen = `${dayText(item.lastSeenAt, new Date())}, ${clockText(item.lastSeenAt)}`;
    return { ...PLAIN.offline, words: `Not connected since ${seen}` };
  }
  if (item.state !== "recording") {
    const plain = PLAIN[item.state];
    return item.reason === "" ? plain : { ...plain, words: `${plain.words}: ${item.reason}` };
  }
  // Connected is not recording: only progress that has become durable is.
  if (recording === undefined) return { tone: "neutral", words: "Starting …", style: css.muted };
  if (liveness(recording, nowMs.value) !== "live") {
    return { tone: "warn", words: "Recording, but nothing arrives", style: css.silent };
  }
  return { ...PLAIN.recording, words: `Recording now · ${positionText(lengthNow(recording, nowMs.value) * 1000)}` };
}

interface CardProps {
  readonly item: WorkstationItem;
  readonly recording: RecordingItem | undefined;
  readonly session: Session | null;
}

function Card({ item, recording, session }: CardProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const { tone, words, style } = saying(item, recording);
  const isRecording = item.recording !== null;

  const order = async (action: "start" | "stop"): Promise<void> => {
    if (session === null) return;
    setBusy(true);
    setProblem("");
    try {
      await record(session, item.id, action);
    } catch (error) {
      if (isSignedOut(error)) mustSignIn();
      const failure = toFailure(error);
      setProblem(`${failure.message} ${failure.hint}`.trim());
    } finally {
      setBusy(false);
    }
  };

  return (
    <li class={css.card}>
      <div class={css.title}>
        <h2>{item.name}</h2>
        <p>{item.agent}</p>
      </div>
      <div class={css.state}>
        <Dot tone={tone} />
        <span class={`${css.words} ${style} figures`}>{words}</span>
        <div class={css.actions}>
          {item.recording !== null && (
            <LinkButton small icon="play" href={addressOf({ page: "recording", id: item.recording, momentUs: null })}>
              Watch
            </LinkButton>
          )}
          {session !== null && item.connected && (
            <Button
              small
              kind={isRecording ? "danger" : "plain"}
              icon={isRecording ? "stop" : "record"}
              tint="live"
              busy={busy}
              onClick={() => void order(isRecording ? "stop" : "start")}
            >
              {isRecording ? "Stop" : "Record"}
            </Button>
          )}
        </div>
      </div>
      {problem !== "" && (
        <p class={css.problem} role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

interface StripProps {
  readonly items: readonly WorkstationItem[];
  readonly recordings: readonly RecordingItem[];
  /** Null where this person may not start and stop. */
  readonly session: Session | null;
}

export function WorkstationStrip({ items, recordings, session }: StripProps) {
  if (items.length === 0) return null;
  return (
    <section aria-label="Workstations">
      <ul class={css.strip}>
        {items.map((item) => (
          <Card
            key={item.id}
            item={item}
            recording={recordings.find((one) => one.id === item.recording)}
            session={session}
          />
        ))}
      </ul>
    </section>
  );
}

export function WorkstationStripSkeleton() {
  return (
    <div class={css.strip} aria-hidden="true">
      <div class={css.card}>
        <Bone width="8rem" />
        <div class={css.state}>
          <Bone width="11rem" />
        </div>
      </div>
    </div>
  );
}
