/** The recorded screens: one that can be looked at closely, or all of them side by side. */

import type { Ref } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { columnsFor, fitted, isSharp, type PictureView, type Size, transformOf } from "../core/picture-view.ts";
import { IconButton } from "./button.tsx";
import { Navigator } from "./navigator.tsx";
import css from "./picture.module.css";
import { usePictureGestures } from "./picture-gestures.ts";

/** One monitor. */
export interface Screen {
  readonly track: number;
  readonly name: string;
}

/** What is shown of the picture, and what a hand does with it. Distances are CSS pixels from the box's middle. */
export interface Looking {
  readonly view: PictureView;
  readonly box: Size;
  readonly picture: Size;
  readonly onBox: (box: Size) => void;
  readonly onPicture: (picture: Size) => void;
  readonly onCloser: (factor: number, dx: number, dy: number) => void;
  readonly onDrag: (dx: number, dy: number) => void;
  readonly onToggle: (dx: number, dy: number) => void;
  readonly onCentre: (x: number, y: number) => void;
  readonly onWhole: () => void;
}

interface PictureProps {
  readonly video: { current: HTMLVideoElement | null };
  readonly label: string;
  readonly looking: Looking;
  /** All monitors, the leading one among them, when they are shown side by side; else empty. */
  readonly tiles: readonly Screen[];
  readonly leading: number;
  readonly tileVideo: (track: number) => Ref<HTMLVideoElement>;
  readonly onTile: (track: number) => void;
  readonly onClick: () => void;
}

function useSizes(box: { readonly current: HTMLElement | null }, props: PictureProps): void {
  const { video, looking } = props;
  useEffect(() => {
    const element = box.current;
    const shown = video.current;
    if (element === null || shown === null) return;
    const observer = new ResizeObserver(() => {
      looking.onBox({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    const resized = (): void => looking.onPicture({ width: shown.videoWidth, height: shown.videoHeight });
    shown.addEventListener("resize", resized);
    shown.addEventListener("loadedmetadata", resized);
    return () => {
      observer.disconnect();
      shown.removeEventListener("resize", resized);
      shown.removeEventListener("loadedmetadata", resized);
    };
  }, []);
}

export function Picture(props: PictureProps) {
  const { video, label, looking, tiles, leading } = props;
  const box = useRef<HTMLDivElement>(null);
  const tiled = tiles.length > 1;
  useSizes(box, props);
  usePictureGestures(box, { enabled: !tiled, looking, onClick: props.onClick });
  const fit = fitted(looking.box, looking.picture);
  const zoomed = !tiled && looking.view.scale > 1;
  const sharp = !tiled && isSharp(looking.view, looking.picture, fit, window.devicePixelRatio);
  const columns = columnsFor(tiles.length, looking.box, looking.picture);
  const order = (track: number): number => tiles.findIndex((tile) => tile.track === track);
  return (
    <div class={css.picture}>
      <div
        ref={box}
        class={`${css.box} ${tiled ? css.tiled : ""} ${zoomed ? css.zoomed : ""}`}
        style={tiled ? { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` } : {}}
      >
        <div class={css.tile} style={{ order: order(leading) }}>
          <video
            ref={video}
            class={`${css.video} ${sharp ? css.sharp : ""}`}
            style={{ transform: tiled ? "none" : transformOf(looking.view, fit) }}
            aria-label={tiled ? (tiles.find((tile) => tile.track === leading)?.name ?? label) : label}
            muted
            playsInline
            tabIndex={-1}
          />
          {tiled && <TileBar screen={tiles[order(leading)]} onTile={props.onTile} />}
        </div>
        {tiles
          .filter((tile) => tiled && tile.track !== leading)
          .map((tile) => (
            <div key={tile.track} class={css.tile} style={{ order: order(tile.track) }}>
              <video
                ref={props.tileVideo(tile.track)}
                class={css.video}
                aria-label={tile.name}
                muted
                playsInline
                tabIndex={-1}
              />
              <TileBar screen={tile} onTile={props.onTile} />
            </div>
          ))}
      </div>
      {zoomed && <Navigator video={video} looking={looking} fit={fit} />}
    </div>
  );
}

function TileBar({
  screen,
  onTile,
}: {
  readonly screen: Screen | undefined;
  readonly onTile: (track: number) => void;
}) {
  if (screen === undefined) return null;
  return (
    <div class={css.bar}>
      <span>{screen.name}</span>
      <IconButton small icon="fullscreen" label={`Show ${screen.name} alone`} onClick={() => onTile(screen.track)} />
    </div>
  );
}
