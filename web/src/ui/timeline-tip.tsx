/** What is under the pointer: a small picture, the time, and what there is to say. */

import { useEffect, useState } from "preact/hooks";
import type { Note } from "../core/lanes.ts";
import type { PictureSource, ShownPicture } from "../core/pictures.ts";
import { pointText, type TimeMode } from "../core/timeline-ticks.ts";
import type { View } from "../core/timeline-view.ts";
import css from "./timeline-tip.module.css";

/** A pointer that rests this long gets the picture in its full size, and the neighbours are fetched; one that is on its way to a click does not. */
const REST_MS = 120;
/** Width of the picture in rem, where there is room for it. */
const WIDTH_REM = 15;
const SHAPE = 16 / 9;
/** The frame around it, in rem. */
const FRAME_REM = 0.75;

interface TipProps {
  readonly share: number;
  readonly width: number;
  readonly unit: number;
  readonly view: View;
  readonly positionUs: number;
  readonly startedAtUs: number;
  readonly mode: TimeMode;
  readonly notes: readonly Note[];
  readonly pictures: PictureSource | null;
}

/** The picture for a position: what is at hand at once, the rest when it comes. */
function usePicture(pictures: PictureSource | null, positionUs: number): ShownPicture | null {
  const [, setArrived] = useState<ShownPicture | null>(null);
  const shown = pictures?.peek(positionUs) ?? null;
  useEffect(() => {
    if (pictures === null) return;
    let current = true;
    const arrived = (picture: ShownPicture | null): void => {
      if (current) setArrived(picture);
    };
    if (shown === null) void pictures.get(positionUs).then(arrived);
    const timer = setTimeout(() => {
      pictures.prefetch(positionUs);
      const seen = pictures.peek(positionUs);
      if (seen !== null && !seen.sharp) void pictures.sharpen(seen.of).then(arrived);
    }, REST_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [pictures, positionUs, shown === null]);
  useEffect(() => () => pictures?.rest(), [pictures]);
  return shown;
}

function Small({ picture, wide }: { readonly picture: ShownPicture; readonly wide: number }) {
  const { tile } = picture.of;
  if (picture.sharp || tile === null) return <img class={css.sharp} src={picture.url} alt="" decoding="sync" />;
  // The part of the sprite at its natural size, scaled into the box: right also where the sprite has grown since.
  const scale = Math.min(wide / tile.width, wide / SHAPE / tile.height);
  return (
    <img
      class={css.tile}
      src={picture.url}
      alt=""
      decoding="sync"
      style={{
        width: `${tile.width}px`,
        height: `${tile.height}px`,
        objectPosition: `${-tile.left}px ${-tile.top}px`,
        transform: `translate(-50%, -50%) scale(${scale})`,
      }}
    />
  );
}

export function Tip({ share, width, unit, view, positionUs, startedAtUs, mode, notes, pictures }: TipProps) {
  const picture = usePicture(pictures, positionUs);
  const hidden = notes.find((note) => note.hides);
  const said = notes.filter((note) => note !== hidden);
  const other = mode === "elapsed" ? "clock" : "elapsed";
  // Near either end it stops following the pointer, so that it is never cut off.
  const frame = FRAME_REM * 16 * unit;
  const wide = Math.min(WIDTH_REM * 16 * unit, width - frame);
  const half = (wide + frame) / 2;
  const left = Math.max(half, Math.min(width - half, share * width));
  return (
    <div
      class={css.tip}
      style={{ transform: `translateX(${left}px) translateX(-50%)` }}
      aria-hidden="true"
      data-playhead-tip
    >
      {(hidden !== undefined || pictures !== null) && (
        <div class={`${css.picture} ${hidden === undefined ? "" : css.hidden}`} style={{ width: `${wide}px` }}>
          {hidden !== undefined ? (
            <p>
              {hidden.words}
              <small>{hidden.detail}</small>
            </p>
          ) : (
            picture !== null && <Small picture={picture} wide={wide} />
          )}
        </div>
      )}
      {said.map((note) => (
        <p key={`${note.atUs} ${note.words}`} class={`${css.note} ${css[note.tone]}`}>
          {note.words}
          {note.detail !== "" && <small>{note.detail}</small>}
        </p>
      ))}
      <p class={`${css.time} figures`}>
        <strong>{pointText(view, positionUs, mode, startedAtUs)}</strong>
        <span>{pointText(view, positionUs, other, startedAtUs)}</span>
      </p>
    </div>
  );
}
