/** The player: watch a recording, while it is being made or long after. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import type { Failure } from "../../core/failure.ts";
import { NO_FILTER } from "../../core/filter.ts";
import { commandOf } from "../../core/keys.ts";
import type { Snapshot } from "../../core/player.ts";
import type { PlayRange } from "../../core/range.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { KeyHelp } from "../../ui/keys.tsx";
import { Picture } from "../../ui/picture.tsx";
import { Stage } from "../../ui/stage.tsx";
import { useWorkstation } from "../blackout/workstation.ts";
import { go } from "../router.ts";
import { mustSignIn } from "../session.ts";
import { BookmarkDialog } from "./bookmark-dialog.tsx";
import { obey } from "./commands.ts";
import { Controls } from "./controls.tsx";
import { DownloadDialog } from "./download-dialog.tsx";
import { Head } from "./head.tsx";
import { Overlay } from "./overlay.tsx";
import css from "./player.module.css";
import { Side } from "./side.tsx";
import { PlayerStore } from "./store.ts";

function factsOf(snapshot: Snapshot | null, pictureUs: number): Record<string, string> {
  if (snapshot === null) return { "data-playhead-state": "opening" };
  return {
    "data-playhead-state": snapshot.motion,
    "data-playhead-loading": String(snapshot.loading),
    "data-playhead-place": snapshot.place.kind,
    "data-playhead-position": String(Math.round(snapshot.positionUs)),
    "data-playhead-duration": String(Math.round(snapshot.durationUs)),
    "data-playhead-picture": String(pictureUs),
    "data-playhead-live": String(snapshot.live && snapshot.fresh),
    "data-playhead-latency": snapshot.latencyUs === null ? "" : String(Math.round(snapshot.latencyUs / 1000)),
    "data-playhead-speed": String(snapshot.speed),
    "data-playhead-track": String(snapshot.track),
  };
}

/** Whether a key belongs to what has the focus: typing, choosing, or pressing a button. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof Element)) return false;
  if (target.closest("input, select, textarea, dialog, [popover]") !== null) return true;
  return target.closest("button, a") !== null && (event.key === " " || event.key === "Enter");
}

function useKeys(store: PlayerStore): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isTaken(event)) return;
      const { key, shiftKey: shift, ctrlKey: ctrl, altKey: alt, metaKey: meta } = event;
      const command = commandOf({ key, shift, ctrl, alt, meta }, store.picture.zoomed);
      if (command === null) return;
      event.preventDefault();
      obey(store, command);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [store]);
}

function Screens({
  store,
  video,
}: {
  readonly store: PlayerStore;
  readonly video: { current: HTMLVideoElement | null };
}) {
  const tiles = store.picture.tiled.value ? store.monitors().map(({ id, name }) => ({ track: id, name })) : [];
  const refs = useRef(new Map<number, (element: HTMLVideoElement | null) => void>());
  const tileVideo = (track: number): ((element: HTMLVideoElement | null) => void) => {
    // The same function each time: a new one would be told of the same element again.
    let ref = refs.current.get(track);
    if (ref === undefined) {
      ref = (element) => store.tileVideo(track, element);
      refs.current.set(track, ref);
    }
    return ref;
  };
  return (
    <Picture
      video={video}
      label="The recorded screen"
      looking={store.picture.looking()}
      tiles={tiles}
      leading={store.snapshot.value?.track ?? 0}
      tileVideo={tileVideo}
      onTile={(track) => store.chooseTrack(track)}
      onClick={() => store.toggle()}
    />
  );
}

function Dialogs({ store }: { readonly store: PlayerStore }) {
  const snapshot = store.snapshot.value;
  return (
    <>
      <Dialog
        title="Keyboard"
        open={store.helpOpen.value}
        onClose={() => {
          store.helpOpen.value = false;
        }}
      >
        <KeyHelp />
      </Dialog>
      <BookmarkDialog store={store.bookmarks} onKept={() => store.tell("Bookmark kept", "It is in the list beside.")} />
      <DownloadDialog
        store={store.download}
        range={snapshot?.range ?? null}
        durationUs={snapshot?.durationUs ?? 0}
        growing={snapshot?.growing ?? false}
      />
    </>
  );
}

interface PlayerPageProps {
  readonly id: string;
  readonly momentUs: number | null;
  readonly range: PlayRange | null;
  readonly session: Session;
}

/** Begins to play, and follows the address and the browser's own doings. */
function usePlaying(store: PlayerStore, video: { current: HTMLVideoElement | null }, props: PlayerPageProps): void {
  const { momentUs, range } = props;
  useEffect(() => {
    if (video.current !== null) void store.attach(video.current, momentUs, range);
    const online = (): void => store.retry();
    const seen = (): void => {
      if (document.visibilityState === "visible") store.wake();
    };
    window.addEventListener("online", online);
    document.addEventListener("visibilitychange", seen);
    return () => {
      window.removeEventListener("online", online);
      document.removeEventListener("visibilitychange", seen);
      store.close();
    };
  }, [store]);
  useEffect(() => {
    if (store.snapshot.value !== null) store.visit(momentUs, range);
  }, [momentUs, range?.fromUs, range?.toUs]);
}

export function PlayerPage(props: PlayerPageProps) {
  const { id, session } = props;
  const video = useRef<HTMLVideoElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const store = useMemo(() => new PlayerStore(id, session), [id, session]);
  useKeys(store);
  usePlaying(store, video, props);
  useEffect(() => {
    if (box.current !== null && video.current !== null) store.attachScreen(box.current, video.current);
  }, [store]);

  const item = store.item.value;
  const workstation = useWorkstation(item?.state === "recording" ? item.workstation.id : null);
  const back = (): void => go({ page: "recordings", filter: NO_FILTER });
  const remedy = (failure: Failure): void => {
    if (failure.remedy === "sign-in") mustSignIn();
    else if (failure.remedy === "back") back();
    else if (failure.remedy === "reload") location.reload();
    else store.retry();
  };
  return (
    <div class={`${css.page} ${store.screen.theatre.value ? css.theatre : ""}`}>
      <Head store={store} session={session} workstation={workstation} onBack={back} />
      <div ref={box} class={css.player}>
        <div class={css.picture}>
          <Stage facts={factsOf(store.snapshot.value, store.pictureUs.value)}>
            <Screens store={store} video={video} />
            <Overlay store={store} workstation={workstation} onRemedy={remedy} />
          </Stage>
        </div>
        <Controls store={store} />
        <Dialogs store={store} />
      </div>
      <Side store={store} />
    </div>
  );
}
