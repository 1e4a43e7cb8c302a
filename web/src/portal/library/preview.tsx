/** A look into a recording while the pointer rests on its row. */

import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import type { RecordingItem } from "../../core/library.ts";
import { Posters } from "../../media/poster.ts";
import { isAbort } from "../../net/http.ts";
import { Bone } from "../../ui/skeleton.tsx";
import css from "./library.module.css";

/** A pointer that only passes asks for nothing. */
const REST_MS = 350;
/** Size of the card with its margins, in pixels at the usual size of text. */
const HEIGHT_PX = 200;

export interface Pointed {
  readonly item: RecordingItem;
  readonly element: HTMLElement;
}

type Picture = { readonly id: string; readonly url: string | null } | null;

/** Touch screens and keyboards have nothing that rests on a row. */
const canHover = (): boolean => matchMedia("(hover: hover) and (pointer: fine)").matches;

export function Preview({ pointed, session }: { readonly pointed: Pointed | null; readonly session: Session }) {
  const [posters] = useState(() => new Posters(session));
  const [rested, setRested] = useState<Pointed | null>(null);
  const [picture, setPicture] = useState<Picture>(null);
  useEffect(() => () => posters.close(), [posters]);
  useEffect(() => {
    setRested(null);
    if (pointed === null || !canHover()) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      setRested(pointed);
      posters.get(pointed.item.id, pointed.item.durationMs, stop.signal).then(
        (url) => setPicture({ id: pointed.item.id, url }),
        (error: unknown) => {
          // A look in passing is not worth a message; opening the recording says what is wrong.
          if (!isAbort(error)) setRested(null);
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [pointed, posters]);
  if (rested === null) return null;
  const ready = picture !== null && picture.id === rested.item.id ? picture : null;
  if (ready !== null && ready.url === null) return null;
  const at = rested.element.getBoundingClientRect();
  const above = at.bottom + HEIGHT_PX > window.innerHeight;
  const style = {
    left: `${at.left + at.width * 0.3}px`,
    ...(above ? { bottom: `${window.innerHeight - at.top + 4}px` } : { top: `${at.bottom + 4}px` }),
  };
  return (
    <div class={css.preview} style={style} aria-hidden="true">
      {ready?.url ? <img src={ready.url} alt="" width={320} height={180} /> : <Bone width="100%" height="100%" />}
    </div>
  );
}
