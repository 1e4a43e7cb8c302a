/** The sites of an organisation: which can be asked now, and how the link of one is. */

import { useEffect } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { sinceText } from "../../core/ago.ts";
import { addressOf } from "../../core/route.ts";
import { readSites, type Site } from "../../core/sites.ts";
import { requestJson } from "../../net/http.ts";
import { Badge } from "../../ui/badge.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { wallNow } from "../clock.ts";
import { CloudLink } from "../environment/link.tsx";
import { ServerHealth } from "../health.tsx";
import { Loaded, remedyOf, useLoaded } from "../loaded.ts";
import { Refused } from "../refused.tsx";

const AGAIN_MS = 5_000;

const nameOf = (site: Site): string => site.name;

/** The page with the link of a site. */
function addressOfSite(site: Site): string {
  return addressOf({ page: "sites", query: new URLSearchParams({ site: site.name }).toString() });
}

function State({ site }: { readonly site: Site }) {
  return site.up ? <Badge tone="accent">Connected</Badge> : <Badge tone="warn">Not connected</Badge>;
}

function seenText(site: Site): string {
  if (site.up) return "Now";
  return site.seenAt === null ? "Never" : sinceText(site.seenAt, wallNow());
}

const COLUMNS: readonly Column<Site>[] = [
  { key: "name", title: "Site", width: "minmax(10rem, 1fr)", min: 10, priority: 0, cell: nameOf },
  { key: "state", title: "Link", width: "10rem", min: 10, priority: 0, cell: (site) => <State site={site} /> },
  { key: "seen", title: "Last there", width: "12rem", min: 10, priority: 1, cell: seenText },
];

const narrowOf = (site: Site) => (
  <span>
    {site.name} <State site={site} />
  </span>
);

export function SitesPage({ query, session }: { readonly query: string; readonly session: Session }) {
  return can(session, "operate") ? <Sites query={query} /> : <Refused what="operating the sites" />;
}

function Sites({ query }: { readonly query: string }) {
  const loaded = useLoaded(
    "sites",
    () => new Loaded(async (signal) => readSites(await requestJson("/api/sites", { signal }))),
  );
  useEffect(() => {
    document.title = "Sites · Playhead";
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void loaded.load();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [loaded]);
  const sites = loaded.value.value;
  const failure = loaded.failure.value;
  const asked = new URLSearchParams(query).get("site");
  const chosen = sites?.find((one) => one.name === asked) ?? null;
  return (
    <Page>
      <PageHead
        title="Sites"
        lead="Which sites are connected. What happens at one that is not is recorded all the same."
      />
      <ServerHealth />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {sites === null && failure === null && <TableSkeleton label="Loading the sites" />}
      {sites?.length === 0 && (
        <Empty icon="network" title="No sites yet" hint="Whoever runs the cloud adds one: playhead cloud site add." />
      )}
      {sites !== null && sites.length > 0 && (
        <Table label="Sites" columns={COLUMNS} rows={sites} keyOf={nameOf} href={addressOfSite} narrow={narrowOf} />
      )}
      {chosen?.up && (
        <CloudLink
          key={chosen.name}
          title={`Link of ${chosen.name}`}
          url={`/api/sites/${encodeURIComponent(chosen.name)}/link`}
        />
      )}
    </Page>
  );
}
