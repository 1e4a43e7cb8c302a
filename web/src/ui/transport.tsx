/** The player's controls, as one row. */

import { SPEEDS } from "../core/keys.ts";
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
  readonly tracks: readonly { readonly id: number; readonly name: string }[];
  readonly track: number;
  readonly fullscreen: boolean;
}

/** What they do. */
export interface TransportActions {
  readonly toggle: () => void;
  readonly step: (seconds: number) => void;
  readonly setSpeed: (speed: number) => void;
  readonly goLive: () => void;
  readonly toggleSkipIdle: () => void;
  readonly chooseTrack: (track: number) => void;
  readonly toggleFullscreen: () => void;
  readonly help: () => void;
}

function speedText(speed: number): string {
  return `${speed}×`;
}

function PlayButton({ state, actions }: { readonly state: TransportState; readonly actions: TransportActions }) {
  if (state.ended) return <IconButton icon="replay" label="Play again" keys="K" onClick={actions.toggle} />;
  const label = state.playing ? "Pause" : "Play";
  return <IconButton icon={state.playing ? "pause" : "play"} label={label} keys="K" onClick={actions.toggle} />;
}

function LiveButton({ state, actions }: { readonly state: TransportState; readonly actions: TransportActions }) {
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

export function Transport({ state, actions }: { readonly state: TransportState; readonly actions: TransportActions }) {
  const saved = state.savedUs >= 1_000_000 ? `saves ${lengthText(state.savedUs / 1000)}` : "nothing to skip";
  return (
    <div class={css.bar} role="toolbar" aria-label="Player">
      <div class={css.group}>
        <PlayButton state={state} actions={actions} />
        <IconButton icon="back10" label="Back 10 seconds" keys="J" onClick={() => actions.step(-10)} />
        <IconButton icon="forward10" label="On 10 seconds" keys="L" onClick={() => actions.step(10)} />
      </div>
      <p class={`${css.time} figures`}>
        <span class={css.position}>{positionText(state.positionUs)}</span>
        <span class={css.rest}>{positionText(state.durationUs)}</span>
        <span class={css.wall}>{clockText(instantAt(state.startedAtUs, state.positionUs), true)}</span>
      </p>
      {state.growing && <LiveButton state={state} actions={actions} />}
      <span class={css.space} />
      <div class={css.group}>
        <span class={css.wide}>
          <Button small kind={state.skipIdle ? "primary" : "quiet"} icon="skip" onClick={actions.toggleSkipIdle}>
            Skip idle: {saved}
          </Button>
        </span>
        {state.tracks.length > 1 && (
          <Select
            quiet
            label="Monitor (M)"
            value={String(state.track)}
            options={state.tracks.map((track) => [String(track.id), track.name] as const)}
            onChange={(track) => actions.chooseTrack(Number(track))}
          />
        )}
        <Select
          quiet
          label="Speed (< >)"
          value={String(state.speed)}
          options={SPEEDS.map((speed) => [String(speed), speedText(speed)] as const)}
          onChange={(speed) => actions.setSpeed(Number(speed))}
        />
        <IconButton icon="help" label="Keyboard help" keys="?" onClick={actions.help} />
        <IconButton
          icon={state.fullscreen ? "shrink" : "fullscreen"}
          label={state.fullscreen ? "Leave full screen" : "Full screen"}
          keys="F"
          onClick={actions.toggleFullscreen}
        />
      </div>
    </div>
  );
}
