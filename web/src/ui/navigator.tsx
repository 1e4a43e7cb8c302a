/** A small picture of the whole, with a frame around what is seen of it. */

import { useEffect, useRef } from "preact/hooks";
import { type Size, seenShare } from "../core/picture-view.ts";
import { IconButton } from "./button.tsx";
import css from "./navigator.module.css";
import type { Looking } from "./picture.tsx";

/** The small picture is drawn anew this often: enough to find one's way, too seldom to cost anything. */
const DRAW_MS = 300;
const WIDTH_PX = 168;

interface NavigatorProps {
  readonly video: { readonly current: HTMLVideoElement | null };
  readonly looking: Looking;
  readonly fit: Size;
}

export function Navigator({ video, looking, fit }: NavigatorProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { view, box, picture } = looking;
  useEffect(() => {
    const draw = (): void => {
      const shown = video.current;
      const target = canvas.current;
      if (shown === null || target === null || shown.videoWidth === 0) return;
      target.width = Math.round(WIDTH_PX * window.devicePixelRatio);
      target.height = Math.max(1, Math.round((target.width * shown.videoHeight) / shown.videoWidth));
      target.getContext("2d")?.drawImage(shown, 0, 0, target.width, target.height);
    };
    draw();
    const timer = setInterval(draw, DRAW_MS);
    return () => clearInterval(timer);
  }, []);
  const seen = seenShare(view, box, fit);
  const centre = (event: PointerEvent): void => {
    const bounds = canvas.current?.getBoundingClientRect();
    if (bounds === undefined) return;
    looking.onCentre((event.clientX - bounds.left) / bounds.width, (event.clientY - bounds.top) / bounds.height);
  };
  return (
    <div class={css.navigator}>
      <div
        class={css.map}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          centre(event);
        }}
        onPointerMove={(event) => event.buttons === 1 && centre(event)}
      >
        <canvas ref={canvas} class={css.whole} style={{ aspectRatio: `${picture.width} / ${picture.height}` }} />
        <i
          class={css.frame}
          style={{
            left: `${(view.x - seen.x / 2) * 100}%`,
            top: `${(view.y - seen.y / 2) * 100}%`,
            width: `${seen.x * 100}%`,
            height: `${seen.y * 100}%`,
          }}
        />
      </div>
      <div class={css.bar}>
        <IconButton small icon="minus" label="Farther" keys="-" onClick={() => looking.onCloser(1 / 1.25, 0, 0)} />
        <button type="button" class={`${css.scale} figures`} title="The whole picture (Z)" onClick={looking.onWhole}>
          {Math.round(view.scale * 100)} %
        </button>
        <IconButton small icon="plus" label="Closer" keys="+" onClick={() => looking.onCloser(1.25, 0, 0)} />
      </div>
    </div>
  );
}
