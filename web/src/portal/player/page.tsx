/** The player: watch a recording, while it is being made or long after. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import type { Failure } from "../../core/failure.ts";
import { NO_FILTER } from "../../core/filter.ts";
import { savedUs } from "../../core/idle.ts";
import { commandOf } from "../../core/keys.ts";
import { liveness } from "../../core/library.ts";
import type { Snapshot } from "../../core/player.ts";
import type { LinkedRange } from "../../core/route.ts";
import { clockText, dayText } from "../../core/time.ts";
import { Badge } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { KeyHelp } from "../../ui/keys.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { Stage } from "../../ui/stage.tsx";
import { Timeline } from "../../ui/timeline.tsx";
import { Transport, type TransportActions } from "../../ui/transport.tsx";
import { nowMs } from "../clock.ts";
import { go } from "../router.ts";
import { mustSignIn } from "../session.ts";
import { Overlay } from "./overlay.tsx";
import css from "./player.module.css";
import { Side } from "./side.tsx";
import { PlayerStore } from "./store.ts";

function Head({ store }: { readonly store: PlayerStore }) {
  const item = store.item.value;
  const live = item !== null && liveness(item, nowMs.value) === "live";
  const title = item === null ? "Recording" : `${item.agent || "Unknown agent"}`;
  useEffect(() => {
    document.title = `${title} · Playhead`;
  }, [title]);
  return (
    <div class={css.head}>
      <IconButton icon="back" label="All recordings" onClick={() => go({ page: "recordings", filter: NO_FILTER })} />
      <h1>
        {item === null && store.failure.value === null ? <Bone width="12rem" /> : title}
        {item !== null && (
          <small class="figures">
            {item.workstation.name} · {dayText(item.startedAt, new Date())}, {clockText(item.startedAt)}
          </small>
        )}
      </h1>
      {live && (
        <Badge tone="live" dot>
          Recording now
        </Badge>
      )}
      {item?.state === "interrupted" && <Badge tone="warn">Interrupted</Badge>}
      <IconButton icon="link" label="Copy a link to this moment" keys="C" onClick={() => void store.copyLink()} />
    </div>
  );
}

function factsOf(snapshot: Snapshot | null, pictureUs: number): Record<string, string> {
  if (snapshot === null) return { "data-playhead-state": "opening" };
  return {
    "data-playhead-state": snapshot.motion,
    "data-playhead-loading": String(snapshot.loading),
    "data-playhead-place": snapshot.place.kind,
    "data-playhead-position": String(Math.round(snapshot.positionUs)),
    "data-playhead-duration": String(Math.round(snapshot.durationUs)),
    "data-playhead-picture": String(pictureUs),
    "data-playhead-live": String(snapshot.live && snapshot.fresh),
    "data-playhead-latency": snapshot.latencyUs === null ? "" : String(Math.round(snapshot.latencyUs / 1000)),
    "data-playhead-speed": String(snapshot.speed),
    "data-playhead-track": String(snapshot.track),
  };
}

/** Whether a key belongs to what has the focus: typing, choosing, or pressing a button. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof Element)) return false;
  if (target.closest("input, select, textarea, dialog") !== null) return true;
  return target.closest("button, a") !== null && (event.key === " " || event.key === "Enter");
}

function useKeys(store: PlayerStore, toggleFullscreen: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTaken(event)) return;
      const { key, shiftKey: shift, ctrlKey: ctrl, altKey: alt, metaKey: meta } = event;
      const command = commandOf({ key, shift, ctrl, alt, meta });
      if (command === null) return;
      event.preventDefault();
      if (!store.obey(command)) toggleFullscreen();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [store]);
}

function useFullscreen(box: { readonly current: HTMLElement | null }): readonly [boolean, () => void] {
  const [on, setOn] = useState(false);
  useEffect(() => {
    const changed = (): void => setOn(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  const toggle = (): void => {
    // A browser that refuses leaves things as they are, which is seen.
    if (document.fullscreenElement === null) void box.current?.requestFullscreen().catch(() => undefined);
    else void document.exitFullscreen();
  };
  return [on, toggle];
}

interface ControlsProps {
  readonly store: PlayerStore;
  readonly fullscreen: boolean;
  readonly toggleFullscreen: () => void;
}

function Controls({ store, fullscreen, toggleFullscreen }: ControlsProps) {
  const recording = store.recording.value;
  const snapshot = store.snapshot.value;
  const revision = store.revision.value;
  const line = recording?.line(snapshot?.track ?? recording.tracks[0]?.id ?? 0) ?? null;
  const content = useMemo(
    () => (recording === null || line === null ? null : { line, spans: recording.spans(), gaps: recording.gaps() }),
    [recording, line, revision],
  );
  const saved = useMemo(() => savedUs(store.idle()), [recording, line, line?.length]);
  if (recording === null || snapshot === null || content === null) {
    return (
      <div class={css.controls}>
        <div class={css.bones}>
          <Bone width="100%" height="2rem" />
        </div>
        <Bone width="40%" height="2.125rem" />
      </div>
    );
  }
  const actions: TransportActions = {
    toggle: () => store.toggle(),
    step: (seconds) => store.step(seconds),
    setSpeed: (speed) => store.setSpeed(speed),
    goLive: () => store.goLive(),
    toggleSkipIdle: () => store.toggleSkipIdle(),
    chooseTrack: (track) => store.chooseTrack(track),
    toggleFullscreen,
    help: () => {
      store.helpOpen.value = true;
    },
  };
  return (
    <div class={css.controls}>
      <Timeline
        content={content}
        revision={revision}
        moments={recording.moments()}
        startedAtUs={recording.startedAtUs}
        durationUs={snapshot.durationUs}
        positionUs={snapshot.positionUs}
        growing={snapshot.growing}
        thumbnail={(positionUs) => store.thumbnail(positionUs)}
        onSeek={(positionUs, settled) => store.scrub(positionUs, settled)}
      />
      <Transport
        state={{
          positionUs: snapshot.positionUs,
          durationUs: snapshot.durationUs,
          startedAtUs: recording.startedAtUs,
          playing: snapshot.playing,
          ended: snapshot.motion === "ended",
          speed: snapshot.speed,
          growing: snapshot.growing,
          live: snapshot.live && snapshot.fresh,
          behindUs: snapshot.latencyUs ?? 0,
          skipIdle: snapshot.skipIdle,
          savedUs: saved,
          tracks: recording.tracks,
          track: snapshot.track,
          fullscreen,
        }}
        actions={actions}
      />
    </div>
  );
}

interface PlayerPageProps {
  readonly id: string;
  readonly momentUs: number | null;
  readonly range?: LinkedRange | null;
  readonly session: Session;
}

export function PlayerPage({ id, momentUs, session }: PlayerPageProps) {
  const video = useRef<HTMLVideoElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const store = useMemo(() => new PlayerStore(id, session), [id, session]);
  const [fullscreen, toggleFullscreen] = useFullscreen(box);
  useKeys(store, toggleFullscreen);
  useEffect(() => {
    if (video.current !== null) void store.attach(video.current, momentUs);
    const online = (): void => store.retry();
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("online", online);
      store.close();
    };
  }, [store]);
  useEffect(() => {
    if (momentUs !== null && store.snapshot.value !== null) store.seek(momentUs);
  }, [momentUs]);

  const remedy = (failure: Failure): void => {
    if (failure.remedy === "sign-in") mustSignIn();
    else if (failure.remedy === "back") go({ page: "recordings", filter: NO_FILTER });
    else if (failure.remedy === "reload") location.reload();
    else store.retry();
  };
  return (
    <div class={css.page}>
      <Head store={store} />
      <div ref={box} class={css.player}>
        <div class={css.picture}>
          <Stage
            video={video}
            label="The recorded screen"
            facts={factsOf(store.snapshot.value, store.pictureUs.value)}
            onClick={() => store.toggle()}
            onDoubleClick={toggleFullscreen}
          >
            <Overlay store={store} onRemedy={remedy} />
          </Stage>
        </div>
        <Controls store={store} fullscreen={fullscreen} toggleFullscreen={toggleFullscreen} />
      </div>
      <Side store={store} />
      <Dialog
        title="Keyboard"
        open={store.helpOpen.value}
        onClose={() => {
          store.helpOpen.value = false;
        }}
      >
        <KeyHelp />
      </Dialog>
    </div>
  );
}
