/** What each key does to the player. */

import { type Command, nextSpeed } from "../../core/keys.ts";
import type { PlayerStore } from "./store.ts";

export function obey(store: PlayerStore, command: Command): void {
  const snapshot = store.snapshot.value;
  const duration = snapshot?.durationUs ?? 0;
  const speed = snapshot?.speed ?? 1;
  switch (command.do) {
    case "toggle":
      store.toggle();
      return;
    case "step":
      store.step(command.seconds);
      return;
    case "frame":
      store.stepFrame(command.direction);
      return;
    case "share":
      store.seek(duration * command.share);
      return;
    case "end":
      if (snapshot?.growing) store.goLive();
      else store.seek(duration);
      return;
    case "faster":
      store.setSpeed(nextSpeed(speed, 1));
      return;
    case "slower":
      store.setSpeed(nextSpeed(speed, -1));
      return;
    case "normal-speed":
      store.setSpeed(1);
      return;
    case "live":
      store.goLive();
      return;
    case "skip-idle":
      store.toggleSkipIdle();
      return;
    case "mark":
      store.mark(command.end);
      return;
    case "clear-range":
      store.setRange(null);
      return;
    case "moment":
      store.toMoment(command.direction);
      return;
    case "next-track":
      store.nextTrack();
      return;
    case "tile":
      store.toggleTiles();
      return;
    case "closer":
      store.picture.step(command.direction);
      return;
    case "pan":
      store.picture.pan(command.x, command.y);
      return;
    case "whole-picture":
      store.picture.whole();
      return;
    case "fullscreen":
      store.screen.toggleFullscreen();
      return;
    case "theatre":
      store.screen.toggleTheatre();
      return;
    case "picture-in-picture":
      store.screen.togglePictureInPicture();
      return;
    case "mute":
      store.toggleMute();
      return;
    case "bookmark":
      store.bookmark();
      return;
    case "copy-link":
      void store.copyLink(command.range);
      return;
    case "download":
      if (store.download.isOffered) store.download.show();
      return;
    case "help":
      store.helpOpen.value = true;
      return;
  }
}
