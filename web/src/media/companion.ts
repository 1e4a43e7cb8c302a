/** A video beside the one that leads: another monitor of the same recording, kept in step. */

import { Follower, type Leader } from "../core/follower.ts";
import { Pump, type Supply } from "./pump.ts";
import { joiningHere, VideoDriver } from "./video.ts";

/** So often the browser may fail here before the picture is left as it is; the leading one goes on in any case. */
const RESTARTS_MAX = 3;

export class Companion {
  readonly follower: Follower;
  readonly driver: VideoDriver;
  private readonly pump: Pump;
  private restarts = 0;
  private opened = false;

  constructor(supply: Supply, video: HTMLVideoElement, track: number) {
    this.driver = new VideoDriver(video);
    this.follower = new Follower(supply.recording(), track, joiningHere(), performance.now());
    this.pump = new Pump(
      supply,
      this.driver,
      this.follower,
      ` ${track}`,
      () => undefined,
      () => void this.restart(),
    );
    void this.open();
  }

  get track(): number {
    return this.follower.track;
  }

  close(): void {
    this.pump.close();
    this.driver.close();
  }

  retry(): void {
    this.restarts = 0;
    this.pump.retry();
    if (this.driver.failure !== null) void this.restart();
  }

  /** Keeps this video where the leader's playhead is. */
  follow(leader: Leader, nowMs: number): void {
    if (!this.opened) return;
    if (this.driver.failure !== null && !this.pump.isActing) void this.restart();
    this.driver.obey(this.follower.follow(leader, nowMs, this.driver.positionUs));
    this.pump.run();
  }

  private async open(): Promise<void> {
    await this.driver.open();
    this.opened = true;
  }

  private async restart(): Promise<void> {
    this.restarts += 1;
    if (this.restarts > RESTARTS_MAX) return;
    await this.pump.alone(() => this.driver.open());
    this.follower.restart();
  }
}
