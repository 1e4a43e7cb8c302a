/** The system's own media keys, headset buttons and lock screen (W3C Media Session). */

import type { RecordingItem } from "../../core/library.ts";
import type { Snapshot } from "../../core/player.ts";
import { clockText, dayText } from "../../core/time.ts";

/** What can be asked from outside of the page. */
export interface Remote {
  play(): void;
  pause(): void;
  seek(positionUs: number): void;
  step(seconds: number): void;
}

/** Seconds of a step where the system does not say how many. */
const STEP_S = 10;
/** The system counts on by itself; it is told anew when that would be off by more. */
const OFF_S = 2;

export class SystemControls {
  private told = { positionS: 0, atMs: 0, playing: false, speed: 0, durationS: 0 };
  private readonly session: MediaSession | null;

  constructor(remote: Remote) {
    this.session = "mediaSession" in navigator ? navigator.mediaSession : null;
    this.handle("play", () => remote.play());
    this.handle("pause", () => remote.pause());
    this.handle("seekbackward", (details) => remote.step(-(details.seekOffset ?? STEP_S)));
    this.handle("seekforward", (details) => remote.step(details.seekOffset ?? STEP_S));
    this.handle("seekto", (details) => {
      if (details.seekTime !== undefined && details.seekTime !== null) remote.seek(details.seekTime * 1_000_000);
    });
  }

  close(): void {
    for (const action of ["play", "pause", "seekbackward", "seekforward", "seekto"] as const) this.handle(action, null);
    if (this.session === null) return;
    this.session.metadata = null;
    this.session.playbackState = "none";
  }

  describe(item: RecordingItem): void {
    if (this.session === null) return;
    this.session.metadata = new MediaMetadata({
      title: item.agent || "Unknown agent",
      artist: item.workstation.name,
      album: `${dayText(item.startedAt, new Date())}, ${clockText(item.startedAt)}`,
    });
  }

  follow(snapshot: Snapshot, nowMs: number): void {
    if (this.session === null) return;
    const positionS = snapshot.positionUs / 1_000_000;
    const durationS = snapshot.durationUs / 1_000_000;
    const { playing, speed } = snapshot;
    const { told } = this;
    const expectedS = told.positionS + (told.playing ? ((nowMs - told.atMs) / 1000) * told.speed : 0);
    const same = told.playing === playing && told.speed === speed && Math.abs(told.durationS - durationS) < OFF_S;
    if (same && Math.abs(expectedS - positionS) < OFF_S) return;
    this.told = { positionS, atMs: nowMs, playing, speed, durationS };
    this.session.playbackState = playing ? "playing" : "paused";
    this.session.setPositionState?.({
      duration: durationS,
      position: Math.max(0, Math.min(positionS, durationS)),
      playbackRate: speed,
    });
  }

  private handle(action: MediaSessionAction, act: MediaSessionActionHandler | null): void {
    try {
      this.session?.setActionHandler(action, act);
    } catch {
      // A browser that does not know the action has no key for it either.
    }
  }
}
