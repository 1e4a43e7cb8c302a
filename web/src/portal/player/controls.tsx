/** The timeline and the row of controls under the picture. */

import { useMemo } from "preact/hooks";
import { savedUs } from "../../core/idle.ts";
import type { Snapshot } from "../../core/player.ts";
import type { Recording } from "../../core/recording.ts";
import { Bone } from "../../ui/skeleton.tsx";
import { TimelineBones } from "../../ui/timeline.tsx";
import { Transport, type TransportActions, type TransportState } from "../../ui/transport.tsx";
import css from "./player.module.css";
import type { PlayerStore } from "./store.ts";
import { PlayerTimeline } from "./timeline.tsx";

function stateOf(store: PlayerStore, recording: Recording, snapshot: Snapshot, saved: number): TransportState {
  const { screen, picture } = store;
  return {
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
    marks: store.marks.value,
    tracks: store.monitors(),
    track: snapshot.track,
    tiled: picture.tiled.value,
    volume: store.hasSound ? store.volume.value : null,
    fullscreen: screen.fullscreen.value,
    theatre: screen.theatre.value,
    inWindow: screen.canWindow ? screen.inWindow.value : null,
  };
}

function actionsOf(store: PlayerStore): TransportActions {
  return {
    toggle: () => store.toggle(),
    step: (seconds) => store.step(seconds),
    setSpeed: (speed) => store.setSpeed(speed),
    goLive: () => store.goLive(),
    toggleSkipIdle: () => store.toggleSkipIdle(),
    clearRange: () => store.setRange(null),
    chooseTrack: (track) => store.chooseTrack(track),
    toggleTiles: () => store.toggleTiles(),
    setVolume: (volume) => store.setVolume(volume),
    toggleMute: () => store.toggleMute(),
    bookmark: () => store.bookmark(),
    toggleFullscreen: () => store.screen.toggleFullscreen(),
    toggleTheatre: () => store.screen.toggleTheatre(),
    toggleWindow: () => store.screen.togglePictureInPicture(),
    help: () => {
      store.helpOpen.value = true;
    },
  };
}

interface BoardProps {
  readonly store: PlayerStore;
  readonly recording: Recording;
  readonly snapshot: Snapshot;
}

function Board({ store, recording, snapshot }: BoardProps) {
  const line = recording.line(snapshot.track);
  const saved = useMemo(() => savedUs(store.idle()), [recording, line, line.length]);
  const actions = useMemo(() => actionsOf(store), [store]);
  return (
    <div class={css.controls}>
      <PlayerTimeline store={store} recording={recording} snapshot={snapshot} />
      <Transport state={stateOf(store, recording, snapshot, saved)} actions={actions} />
    </div>
  );
}

export function Controls({ store }: { readonly store: PlayerStore }) {
  const recording = store.recording.value;
  const snapshot = store.snapshot.value;
  if (recording !== null && snapshot !== null) {
    return <Board store={store} recording={recording} snapshot={snapshot} />;
  }
  return (
    <div class={css.controls}>
      <TimelineBones />
      <Bone width="40%" height="2.125rem" />
    </div>
  );
}
