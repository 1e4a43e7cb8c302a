/** Which page an address shows. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../core/access.ts";
import type { Failure } from "../core/failure.ts";
import type { Route } from "../core/route.ts";
import { LinkButton } from "../ui/button.tsx";
import { Empty, FailureNotice } from "../ui/notice.tsx";
import { LibraryPage } from "./library/page.tsx";
import { go, route } from "./router.ts";
import { askPresence, mustSignIn, presence } from "./session.ts";
import { Center, Shell } from "./shell.tsx";
import { SignIn } from "./sign-in.tsx";

const CHANGED: Failure = {
  code: "page.outdated",
  message: "This page has been replaced by a newer one.",
  hint: "The server was updated while the page was open.",
  remedy: "reload",
};

/** A page that is loaded when it is needed; what is loaded first stays small. */
function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [Page, setPage] = useState<ComponentType<P> | null>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded !== null) return;
      load().then(
        (page) => {
          loaded = page;
          setPage(() => page);
        },
        () => setFailed(true),
      );
    }, []);
    if (failed) {
      return (
        <Center>
          <FailureNotice failure={CHANGED} onRemedy={() => location.reload()} />
        </Center>
      );
    }
    return Page === null ? null : <Page {...props} />;
  };
}

const PlayerPage = later(async () => (await import("./player/page.tsx")).PlayerPage);
const ComponentsPage = later(async () => (await import("./components-page.tsx")).ComponentsPage);

function Page({ route: at, session }: { readonly route: Route; readonly session: Session }) {
  switch (at.page) {
    case "recordings":
      return <LibraryPage filter={at.filter} session={session} />;
    case "recording":
      return <PlayerPage key={at.id} id={at.id} momentUs={at.momentUs} session={session} />;
    case "components":
      return <ComponentsPage />;
    case "sign-in":
      return null;
    case "unknown":
      return (
        <Center>
          <Empty wholePage title="There is no such page" hint={`Nothing is at ${at.path}.`}>
            <LinkButton href="/recordings">All recordings</LinkButton>
          </Empty>
        </Center>
      );
  }
}

export function App() {
  const at = route.value;
  const known = presence.value;
  const status = known.status;
  useEffect(() => {
    if (status === "nobody" && at.page !== "sign-in" && at.page !== "components") mustSignIn();
    if (status === "somebody" && at.page === "sign-in") go(at.next, "replace");
  }, [status, at]);

  if (at.page === "components") {
    return (
      <Shell session={known.status === "somebody" ? known.session : null}>
        <ComponentsPage />
      </Shell>
    );
  }
  if (known.status === "somebody" && at.page !== "sign-in") {
    return (
      <Shell session={known.session}>
        <Page route={at} session={known.session} />
      </Shell>
    );
  }
  return (
    <Shell session={null}>
      {at.page === "sign-in" && known.status === "nobody" && <SignIn next={at.next} />}
      {known.status === "failed" && (
        <Center>
          <FailureNotice failure={known.failure} onRemedy={() => void askPresence()} />
        </Center>
      )}
    </Shell>
  );
}
