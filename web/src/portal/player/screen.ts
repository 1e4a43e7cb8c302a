/** Where the player is shown: in the page, wide, on the whole screen, or in a window of its own. */

import { signal } from "@preact/signals";

const THEATRE_KEY = "playhead.theatre";

function remembered(): boolean {
  try {
    return localStorage.getItem(THEATRE_KEY) === "1";
  } catch {
    // A browser that keeps nothing for pages keeps no preference either.
    return false;
  }
}

export class ScreenStore {
  readonly fullscreen = signal(false);
  readonly theatre = signal(remembered());
  readonly inWindow = signal(false);
  readonly canWindow = document.pictureInPictureEnabled === true;
  private box: HTMLElement | null = null;
  private video: HTMLVideoElement | null = null;
  private readonly say: (words: string) => void;

  /** @param say shows what could not be done. */
  constructor(say: (words: string) => void, stop: AbortSignal) {
    this.say = say;
    const changed = (): void => {
      this.fullscreen.value = document.fullscreenElement !== null;
    };
    document.addEventListener("fullscreenchange", changed, { signal: stop });
  }

  attach(box: HTMLElement, video: HTMLVideoElement, stop: AbortSignal): void {
    this.box = box;
    this.video = video;
    const entered = (): void => {
      this.inWindow.value = true;
    };
    const left = (): void => {
      this.inWindow.value = false;
    };
    video.addEventListener("enterpictureinpicture", entered, { signal: stop });
    video.addEventListener("leavepictureinpicture", left, { signal: stop });
  }

  toggleFullscreen(): void {
    if (document.fullscreenElement !== null) {
      void document.exitFullscreen();
      return;
    }
    this.box?.requestFullscreen().catch(() => this.say("The browser does not allow full screen here"));
  }

  toggleTheatre(): void {
    const on = !this.theatre.value;
    this.theatre.value = on;
    try {
      localStorage.setItem(THEATRE_KEY, on ? "1" : "0");
    } catch {
      // It holds for this page, then.
    }
  }

  togglePictureInPicture(): void {
    if (!this.canWindow) {
      this.say("This browser has no picture in picture");
      return;
    }
    if (document.pictureInPictureElement !== null) {
      void document.exitPictureInPicture();
      return;
    }
    this.video?.requestPictureInPicture().catch(() => this.say("The browser does not allow picture in picture now"));
  }
}
