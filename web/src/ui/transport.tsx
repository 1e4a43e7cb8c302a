/** The player's controls, as one row. */

import { SPEEDS } from "../core/keys.ts";
import type { Marks } from "../core/range.ts";
import { clockText, instantAt, lengthText, positionText } from "../core/time.ts";
import { Dot } from "./badge.tsx";
import { Button, IconButton } from "./button.tsx";
import { Select } from "./field.tsx";
import css from "./transport.module.css";

/** What the controls show. */
export interface TransportState {
  readonly positionUs: number;
  readonly durationUs: number;
  readonly startedAtUs: number;
  readonly playing: boolean;
  readonly ended: boolean;
  readonly speed: number;
  readonly growing: boolean;
  readonly live: boolean;
  readonly behindUs: number;
  readonly skipIdle: boolean;
  readonly savedUs: number;
  readonly marks: Marks;
  readonly tracks: readonly { readonly id: number; readonly name: string }[];
  readonly track: number;
  readonly tiled: boolean;
  /** 0 to 1, or null where there is no sound. */
  readonly volume: number | null;
  readonly fullscreen: boolean;
  readonly theatre: boolean;
  /** Whether it is shown in a window of its own; null where the browser has none. */
  readonly inWindow: boolean | null;
}

/** What they do. */
export interface TransportActions {
  readonly toggle: () => void;
  readonly step: (seconds: number) => void;
  readonly setSpeed: (speed: number) => void;
  readonly goLive: () => void;
  readonly toggleSkipIdle: () => void;
  readonly clearRange: () => void;
  readonly chooseTrack: (track: number) => void;
  readonly toggleTiles: () => void;
  readonly setVolume: (volume: number) => void;
  readonly toggleMute: () => void;
  readonly bookmark: () => void;
  readonly toggleFullscreen: () => void;
  readonly toggleTheatre: () => void;
  readonly toggleWindow: () => void;
  readonly help: () => void;
}

interface PartProps {
  readonly state: TransportState;
  readonly actions: TransportActions;
}

function speedText(speed: number): string {
  return `${speed}×`;
}

function PlayButton({ state, actions }: PartProps) {
  if (state.ended) return <IconButton icon="replay" label="Play again" keys="K" onClick={actions.toggle} />;
  const label = state.playing ? "Pause" : "Play";
  return <IconButton icon={state.playing ? "pause" : "play"} label={label} keys="K" onClick={actions.toggle} />;
}

function LiveButton({ state, actions }: PartProps) {
  const behind = `${(state.behindUs / 1_000_000).toFixed(1)} s behind now`;
  return (
    <button
      type="button"
      class={css.live}
      aria-pressed={state.live}
      title={state.live ? behind : `Go to now (N): ${positionText(state.behindUs)} behind`}
      onClick={actions.goLive}
    >
      <Dot tone={state.live ? "live" : "neutral"} />
      {state.live ? "Live" : "Go live"}
    </button>
  );
}

/** The range as far as it is marked, and the way out of it. */
function RangeChip({ state, actions }: PartProps) {
  const { inUs, outUs } = state.marks;
  if (inUs === null && outUs === null) return null;
  const end = (us: number | null): string => (us === null ? "…" : positionText(us));
  return (
    <span class={`${css.range} figures`}>
      {end(inUs)} – {end(outUs)}
      <IconButton small icon="close" label="No range" keys="\" onClick={actions.clearRange} />
    </span>
  );
}

function Monitors({ state, actions }: PartProps) {
  if (state.tracks.length < 2) return null;
  return (
    <>
      <Select
        quiet
        label="Monitor (V)"
        value={String(state.track)}
        options={state.tracks.map((track) => [String(track.id), track.name] as const)}
        onChange={(track) => actions.chooseTrack(Number(track))}
      />
      <IconButton
        icon="wall"
        label={state.tiled ? "One monitor" : "All monitors"}
        keys="G"
        pressed={state.tiled}
        onClick={actions.toggleTiles}
      />
    </>
  );
}

function Volume({ state, actions }: PartProps) {
  if (state.volume === null) return null;
  return (
    <span class={css.volume}>
      <IconButton
        icon={state.volume > 0 ? "sound" : "muted"}
        label={state.volume > 0 ? "Mute" : "Sound"}
        keys="M"
        onClick={actions.toggleMute}
      />
      <input
        type="range"
        aria-label="Volume"
        min={0}
        max={1}
        step={0.05}
        value={state.volume}
        onInput={(event) => actions.setVolume(Number(event.currentTarget.value))}
      />
    </span>
  );
}

function Windows({ state, actions }: PartProps) {
  return (
    <>
      {state.inWindow !== null && (
        <span class={css.wide}>
          <IconButton
            icon="inWindow"
            label="Picture in picture"
            keys="P"
            pressed={state.inWindow}
            onClick={actions.toggleWindow}
          />
        </span>
      )}
      {!state.fullscreen && (
        <span class={css.roomy}>
          <IconButton
            icon="theatre"
            label={state.theatre ? "Leave theatre" : "Theatre"}
            keys="T"
            pressed={state.theatre}
            onClick={actions.toggleTheatre}
          />
        </span>
      )}
      <IconButton
        icon={state.fullscreen ? "shrink" : "fullscreen"}
        label={state.fullscreen ? "Leave full screen" : "Full screen"}
        keys="F"
        onClick={actions.toggleFullscreen}
      />
    </>
  );
}

function SkipIdle({ state, actions }: PartProps) {
  const saved = state.savedUs >= 1_000_000 ? `saves ${lengthText(state.savedUs / 1000)}` : "nothing to skip";
  return (
    <>
      <span class={css.long}>
        <Button small kind={state.skipIdle ? "primary" : "quiet"} icon="skip" onClick={actions.toggleSkipIdle}>
          Skip idle: {saved}
        </Button>
      </span>
      <span class={css.narrow}>
        <IconButton
          icon="skip"
          label={`Skip idle: ${saved}`}
          keys="I"
          pressed={state.skipIdle}
          onClick={actions.toggleSkipIdle}
        />
      </span>
    </>
  );
}

export function Transport({ state, actions }: PartProps) {
  return (
    <div class={css.transport}>
      <div class={css.bar} role="toolbar" aria-label="Player">
        <div class={css.group}>
          <PlayButton state={state} actions={actions} />
          <IconButton icon="back10" label="Back 10 seconds" keys="J" onClick={() => actions.step(-10)} />
          <IconButton icon="forward10" label="On 10 seconds" keys="L" onClick={() => actions.step(10)} />
          <Volume state={state} actions={actions} />
        </div>
        <p class={`${css.time} figures`}>
          <span class={css.position}>{positionText(state.positionUs)}</span>
          <span class={css.rest}>{positionText(state.durationUs)}</span>
          <span class={css.wall}>{clockText(instantAt(state.startedAtUs, state.positionUs), true)}</span>
        </p>
        {state.growing && <LiveButton state={state} actions={actions} />}
        <RangeChip state={state} actions={actions} />
        <div class={css.group}>
          <SkipIdle state={state} actions={actions} />
          <Monitors state={state} actions={actions} />
          <Select
            quiet
            label="Speed (< >)"
            value={String(state.speed)}
            options={SPEEDS.map((speed) => [String(speed), speedText(speed)] as const)}
            onChange={(speed) => actions.setSpeed(Number(speed))}
          />
          <IconButton icon="bookmark" label="Bookmark this" keys="B" onClick={actions.bookmark} />
          <span class={css.wide}>
            <IconButton icon="help" label="Keyboard help" keys="?" onClick={actions.help} />
          </span>
          <Windows state={state} actions={actions} />
        </div>
      </div>
    </div>
  );
}
