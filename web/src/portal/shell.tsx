/** The frame around every page: brand, navigation, who is signed in. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Session } from "../core/access.ts";
import { IconButton } from "../ui/button.tsx";
import { Drawer } from "../ui/dialog.tsx";
import { Icon, Mark } from "../ui/icon.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { Toasts } from "../ui/toast.tsx";
import { signOut } from "./api.ts";
import { ExportsTray } from "./exports/tray.tsx";
import { offered, PLACES, type Place } from "./pages.ts";
import { go, route } from "./router.ts";
import { mustSignIn, presence } from "./session.ts";
import css from "./shell.module.css";
import { theme } from "./theme.ts";

const THEMES = [
  { value: "system", text: "As the system", icon: "system" },
  { value: "light", text: "Light", icon: "sun" },
  { value: "dark", text: "Dark", icon: "moon" },
] as const;

const NARROW_KEY = "playhead.navigation";

/** Whether the navigation shows only icons; remembered on this device. */
const narrow = signal(localStorage.getItem(NARROW_KEY) === "narrow");

function toggleNarrow(): void {
  narrow.value = !narrow.value;
  if (narrow.value) localStorage.setItem(NARROW_KEY, "narrow");
  else localStorage.removeItem(NARROW_KEY);
}

/** Whether the navigation is open over the page, where there is no room beside it. */
const drawn = signal(false);

export function ThemeSwitch() {
  return (
    <Segmented
      label="Colours"
      value={theme.value}
      options={THEMES}
      onChange={(value) => {
        theme.value = value;
      }}
    />
  );
}

async function leave(session: Session): Promise<void> {
  try {
    await signOut(session);
  } catch {
    // The session ends by itself; what matters is that this page forgets it.
  }
  presence.value = { status: "nobody" };
  go("/sign-in");
}

/** The page of a place, and those that belong to it. */
function isHere(place: Place): boolean {
  const { page } = route.value;
  return page === place.page || (page === "recording" && place.page === "recordings");
}

function PlaceLink({ place }: { readonly place: Place }) {
  return (
    <a
      class={css.place}
      href={place.href}
      title={place.title}
      aria-current={isHere(place) ? (route.value.page === place.page ? "page" : "true") : undefined}
    >
      <Icon name={place.icon} size={18} />
      <span class={css.word}>{place.title}</span>
    </a>
  );
}

function Navigation({ session }: { readonly session: Session }) {
  const groups = PLACES.map((places) => places.filter((place) => offered(place, session)));
  return (
    <nav class={css.nav} aria-label="Pages">
      {groups.map(
        (places) =>
          places.length > 0 && (
            <ul key={places[0]?.page} class={css.group}>
              {places.map((place) => (
                <li key={place.page}>
                  <PlaceLink place={place} />
                </li>
              ))}
            </ul>
          ),
      )}
    </nav>
  );
}

/** Who is signed in: leads to the account. */
function Who({ session }: { readonly session: Session }) {
  const name = session.name || session.user;
  return (
    <div class={css.who}>
      <a
        class={css.place}
        href="/account"
        title={`Account of ${name}`}
        aria-current={route.value.page === "account" ? "page" : undefined}
      >
        <span class={css.initial} aria-hidden="true">
          {name.charAt(0).toUpperCase()}
        </span>
        <span class={css.word}>
          {name}
          <span class="spoken">: account</span>
        </span>
      </a>
      <IconButton small icon="exit" label="Sign out" onClick={() => void leave(session).then(mustSignIn)} />
    </div>
  );
}

function Brand() {
  return (
    <a class={css.brand} href="/recordings" aria-label="Playhead: all recordings">
      <Mark />
      <span class={css.word}>Playhead</span>
    </a>
  );
}

function Side({ session }: { readonly session: Session }) {
  const title = narrow.value ? "Show the names of the pages" : "Show only icons";
  return (
    <aside class={`${css.side} ${narrow.value ? css.narrow : ""}`} aria-label="Navigation">
      <div class={css.top}>
        <Brand />
        <span class={css.collapse}>
          <IconButton small icon="sidebar" label={title} onClick={toggleNarrow} />
        </span>
      </div>
      <Navigation session={session} />
      <div class={css.foot}>
        <ThemeSwitch />
        <Who session={session} />
      </div>
    </aside>
  );
}

/** Where there is no room beside the page. */
function Bar({ session }: { readonly session: Session | null }) {
  return (
    <header class={`${css.bar} ${session === null ? css.alone : ""}`}>
      {session !== null && (
        <IconButton
          icon="menu"
          label="Pages"
          onClick={() => {
            drawn.value = true;
          }}
        />
      )}
      <Brand />
      <span class={css.space} />
      {session === null && <ThemeSwitch />}
    </header>
  );
}

function Drawn({ session }: { readonly session: Session }) {
  const close = (): void => {
    drawn.value = false;
  };
  return (
    <Drawer title="Playhead" side="start" open={drawn.value} onClose={close}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: links inside do the work */}
      <div
        class={css.drawn}
        onClick={(event) => event.target instanceof Element && event.target.closest("a") && close()}
      >
        <Navigation session={session} />
        <div class={css.foot}>
          <ThemeSwitch />
          <Who session={session} />
        </div>
      </div>
    </Drawer>
  );
}

export function Shell({
  session,
  children,
}: {
  readonly session: Session | null;
  readonly children: ComponentChildren;
}) {
  const main = useRef<HTMLElement>(null);
  const page = route.value.page;
  const first = useRef(true);
  useEffect(() => {
    // A new page is announced by moving the focus to it; the first one is announced by the browser.
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [page]);
  return (
    <div class={css.page}>
      <a class={css.skip} href="#content">
        To the content
      </a>
      {session !== null && <Side session={session} />}
      <div class={css.body}>
        <Bar session={session} />
        <main ref={main} id="content" class={css.main} tabIndex={-1}>
          {children}
        </main>
      </div>
      {session !== null && <Drawn session={session} />}
      <Toasts>{session !== null && <ExportsTray />}</Toasts>
    </div>
  );
}

export function Center({ children }: { readonly children: ComponentChildren }) {
  return <div class={css.center}>{children}</div>;
}
