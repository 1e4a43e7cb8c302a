/** The environment: which ports must be open, what stands in the way, and the files that mend it. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { addressOf, type EnvironmentSection } from "../../core/route.ts";
import { Page } from "../../ui/page.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { AtSite, at } from "../at-site.tsx";
import { Refused } from "../refused.tsx";
import { Files } from "./files.tsx";
import { CloudLink } from "./link.tsx";
import { Machine } from "./machine.tsx";
import { Overview } from "./overview.tsx";
import { EnvironmentStore } from "./store.ts";
import { Workstations } from "./workstations.tsx";

const SECTIONS: readonly (readonly [EnvironmentSection, string])[] = [
  ["overview", "Overview"],
  ["workstations", "Workstations"],
  ["link", "Cloud link"],
  ["files", "Firewall and scanners"],
];

interface EnvironmentProps {
  readonly section: EnvironmentSection;
  readonly workstation: string | null;
  readonly session: Session;
}

export function EnvironmentPage(props: EnvironmentProps) {
  if (!can(props.session, "operate")) return <Refused what="operating the server" />;
  return (
    <AtSite session={props.session}>
      <Environment {...props} />
    </AtSite>
  );
}

function Environment({ section, workstation, session }: EnvironmentProps) {
  const store = useMemo(() => new EnvironmentStore(), []);
  useEffect(() => {
    store.open();
    return () => store.close();
  }, [store]);
  useEffect(() => {
    const [, title] = SECTIONS.find(([key]) => key === section) ?? [];
    document.title = section === "overview" ? "Environment · Playhead" : `${title} · Environment · Playhead`;
  }, [section, workstation]);
  const first = useRef(true);
  useEffect(() => {
    // Within these pages, too, a new one is announced by moving the focus to it.
    if (!first.current) document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
    first.current = false;
  }, [section, workstation]);
  return (
    <Page>
      <Tabs
        label="Environment"
        tabs={SECTIONS.map(([key, text]) => ({
          href: addressOf({ page: "environment", section: key, workstation: null }),
          text,
          here: key === section,
        }))}
      />
      {section === "overview" && <Overview store={store} session={session} />}
      {section === "workstations" && workstation === null && <Workstations store={store} />}
      {section === "workstations" && workstation !== null && (
        <Machine key={workstation} id={workstation} store={store} session={session} />
      )}
      {section === "link" && <CloudLink url={at("/api/link")} />}
      {section === "files" && <Files />}
    </Page>
  );
}
