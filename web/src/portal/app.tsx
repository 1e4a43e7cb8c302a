/** Which page an address shows. */

import { useEffect } from "preact/hooks";
import type { Session } from "../core/access.ts";
import type { Route } from "../core/route.ts";
import { LinkButton } from "../ui/button.tsx";
import { Empty, FailureNotice } from "../ui/notice.tsx";
import { later } from "./later.tsx";
import { LibraryPage } from "./library/page.tsx";
import { isHere } from "./pages.ts";
import { go, route } from "./router.ts";
import { askPresence, mustSignIn, presence } from "./session.ts";
import { Center, Shell } from "./shell.tsx";
import { SignIn } from "./sign-in.tsx";

const PlayerPage = later(async () => (await import("./player/page.tsx")).PlayerPage);
const WallPage = later(async () => (await import("./wall/page.tsx")).WallPage);
const BookmarksPage = later(async () => (await import("./bookmarks/page.tsx")).BookmarksPage);
const CoveragePage = later(async () => (await import("./coverage/page.tsx")).CoveragePage);
const QuarantinePage = later(async () => (await import("./quarantine/page.tsx")).QuarantinePage);
const RetentionPage = later(async () => (await import("./retention/page.tsx")).RetentionPage);
const EnvironmentPage = later(async () => (await import("./environment/page.tsx")).EnvironmentPage);
const AnalyticsPage = later(async () => (await import("./analytics/page.tsx")).AnalyticsPage);
const RulesPage = later(async () => (await import("./rules/page.tsx")).RulesPage);
const MinePage = later(async () => (await import("./mine/page.tsx")).MinePage);
const PeoplePage = later(async () => (await import("./people/page.tsx")).PeoplePage);
const AuditPage = later(async () => (await import("./audit/page.tsx")).AuditPage);
const LogsPage = later(async () => (await import("./logs/page.tsx")).LogsPage);
const SitesPage = later(async () => (await import("./sites/page.tsx")).SitesPage);
const AccountPage = later(async () => (await import("./account/page.tsx")).AccountPage);
const ComponentsPage = later(async () => (await import("./components-page.tsx")).ComponentsPage);

function Page({ route: at, session }: { readonly route: Route; readonly session: Session }) {
  if (!isHere(at.page, session)) {
    return (
      <Center>
        <Empty
          wholePage
          icon="network"
          title="This is looked after at each site"
          hint="Sign in to the portal of the site itself."
        >
          <LinkButton href="/recordings">All recordings</LinkButton>
        </Empty>
      </Center>
    );
  }
  switch (at.page) {
    case "recordings":
      return <LibraryPage filter={at.filter} session={session} />;
    case "recording":
      return <PlayerPage key={at.id} id={at.id} momentUs={at.momentUs} range={at.range ?? null} session={session} />;
    case "live":
      return <WallPage query={at.query} session={session} />;
    case "bookmarks":
      return <BookmarksPage query={at.query} session={session} />;
    case "coverage":
      return <CoveragePage workstation={at.workstation} query={at.query} session={session} />;
    case "quarantine":
      return <QuarantinePage session={session} />;
    case "retention":
      return <RetentionPage session={session} />;
    case "environment":
      return <EnvironmentPage section={at.section} workstation={at.workstation} session={session} />;
    case "analytics":
      return <AnalyticsPage section={at.section} query={at.query} session={session} />;
    case "rules":
      return <RulesPage id={at.id} session={session} />;
    case "mine":
      return <MinePage query={at.query} session={session} />;
    case "people":
      return <PeoplePage section={at.section} id={at.id} query={at.query} session={session} />;
    case "audit":
      return <AuditPage query={at.query} session={session} />;
    case "logs":
      return <LogsPage query={at.query} session={session} />;
    case "sites":
      return <SitesPage query={at.query} session={session} />;
    case "account":
      return <AccountPage session={session} />;
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
  // Until it is known who is here, nothing is shown where the navigation will be: the page would jump beside it.
  if (known.status === "asking" && at.page !== "sign-in") return null;
  return (
    <Shell session={null}>
      {at.page === "sign-in" && known.status === "nobody" && <SignIn next={at.next} refused={at.refused} />}
      {known.status === "failed" && (
        <Center>
          <FailureNotice failure={known.failure} onRemedy={() => void askPresence()} />
        </Center>
      )}
    </Shell>
  );
}
