/** The wall: who is being recorded now. Nothing of it reaches a workstation. */

import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import type { Failure } from "../../core/failure.ts";
import { inWallOrder, isMeant, TILE_REM } from "../../core/wall.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { SearchBox } from "../../ui/search.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { Slider } from "../../ui/slider.tsx";
import { go } from "../router.ts";
import { mustSignIn } from "../session.ts";
import { Others } from "./others.tsx";
import { WallStore } from "./store.ts";
import { Tile } from "./tile.tsx";
import css from "./wall.module.css";

const SIZE_KEY = "playhead.tile";

function rememberedSize(): number {
  const value = Number(localStorage.getItem(SIZE_KEY));
  return value >= TILE_REM.min && value <= TILE_REM.max ? value : TILE_REM.usual;
}

/** Width of a tile in rem; remembered on this device. */
const size = signal(rememberedSize());

function setSize(rem: number): void {
  size.value = rem;
  localStorage.setItem(SIZE_KEY, String(rem));
}

function Waiting() {
  return (
    <ul class={css.wall} aria-hidden="true">
      {[0, 1, 2].map((at) => (
        <li key={at} class={css.tile}>
          <div class={css.picture} />
          <div class={css.caption}>
            <Bone width="8rem" />
            <Bone width="5rem" />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Nobody({ query, session }: { readonly query: string; readonly session: Session }) {
  if (query !== "") {
    return (
      <Empty
        icon="search"
        title="Nobody like that is being recorded"
        hint="The search looks at agents and workstations."
      >
        <Button onClick={() => show("")}>Show all</Button>
      </Empty>
    );
  }
  if (!session.permissions.has("live")) {
    return (
      <Empty
        icon="wall"
        title="You may not watch live"
        hint="You may start and stop recordings below, and see them in the library."
      />
    );
  }
  return (
    <Empty
      icon="wall"
      title="Nobody is being recorded"
      hint="Whoever is shows up here by themselves, a second after it begins."
    />
  );
}

function show(query: string): void {
  go({ page: "live", query: query === "" ? "" : new URLSearchParams({ q: query }).toString() }, "replace");
}

export function WallPage({ query, session }: { readonly query: string; readonly session: Session }) {
  const store = useMemo(() => new WallStore(session), [session]);
  const [text, setText] = useState(() => new URLSearchParams(query).get("q") ?? "");
  useEffect(() => {
    void store.load();
    return () => store.close();
  }, [store]);
  useEffect(() => {
    document.title = "Live · Playhead";
  }, []);

  const tiles = store.tiles.value;
  const shown = inWallOrder((tiles ?? []).filter((item) => isMeant(item, text)));
  const recorded = new Set(tiles?.map((item) => item.id));
  const others = store.workstations.value.filter((item) => !recorded.has(item.id) && isMeant(item, text));
  const failure = store.failure.value;
  const remedy = (asked: Failure): void => {
    if (asked.remedy === "sign-in") mustSignIn();
    else if (asked.remedy === "reload") location.reload();
    else if (asked.remedy === "back") go("/recordings");
    else void store.load();
  };
  const recordedNow = tiles?.length ?? 0;
  const count = recordedNow === 1 ? "1 is being recorded" : `${recordedNow} are being recorded`;
  return (
    <Page>
      <PageHead title="Live" lead={recordedNow === 0 ? "" : count}>
        <div class={css.find}>
          <SearchBox
            label="Agent or workstation"
            value={text}
            onInput={(value) => {
              setText(value);
              show(value.trim());
            }}
          />
        </div>
        <Slider
          label="Size of the pictures"
          min={TILE_REM.min}
          max={TILE_REM.max}
          value={size.value}
          onInput={setSize}
        />
      </PageHead>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedy} />}
      {tiles === null ? (
        failure === null && <Waiting />
      ) : shown.length === 0 ? (
        <Nobody query={text} session={session} />
      ) : (
        <ul class={css.wall} style={{ "--tile": `${size.value}rem` }}>
          {shown.map((item) => (
            <Tile key={item.id} item={item} store={store} session={session} />
          ))}
        </ul>
      )}
      <Others items={inWallOrder(others)} session={session} />
    </Page>
  );
}
