/** The frame around every page: brand, navigation, who is signed in. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Session } from "../core/access.ts";
import { IconButton } from "../ui/button.tsx";
import { Mark } from "../ui/icon.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { signOut } from "./api.ts";
import { go, route } from "./router.ts";
import { mustSignIn, presence } from "./session.ts";
import css from "./shell.module.css";
import { theme } from "./theme.ts";

const THEMES = [
  { value: "system", text: "As the system", icon: "system" },
  { value: "light", text: "Light", icon: "sun" },
  { value: "dark", text: "Dark", icon: "moon" },
] as const;

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
      <header class={css.top}>
        <a class={css.brand} href="/recordings" aria-label="Playhead: all recordings">
          <Mark />
          <span class={css.word}>Playhead</span>
        </a>
        {session !== null && (
          <nav class={css.nav} aria-label="Pages">
            <a href="/recordings" aria-current={page === "recordings" ? "page" : undefined}>
              Recordings
            </a>
          </nav>
        )}
        <span class={css.space} />
        <ThemeSwitch />
        {session !== null && (
          <div class={css.who}>
            <span class={css.name}>{session.name || session.user}</span>
            <IconButton icon="exit" label="Sign out" onClick={() => void leave(session).then(mustSignIn)} />
          </div>
        )}
      </header>
      <main ref={main} id="content" class={css.main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

export function Center({ children }: { readonly children: ComponentChildren }) {
  return <div class={css.center}>{children}</div>;
}
