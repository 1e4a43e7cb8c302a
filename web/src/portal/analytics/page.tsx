/** Analytics: what was worked with, in figures, each with how it was counted and the moments behind it. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { can } from "../../core/access.ts";
import {
  ANALYTICS_SECTIONS,
  type AnalyticsFilter,
  type AnalyticsSection,
  readAnalyticsFilter,
} from "../../core/analytics-filter.ts";
import { SECTION_TITLES } from "../../core/analytics-words.ts";
import { Button } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { Refused } from "../refused.tsx";
import { go } from "../router.ts";
import { exportAddress } from "./api.ts";
import { CompareSection } from "./compare.tsx";
import { AnalyticsFilters } from "./filters.tsx";
import { MomentsSection } from "./moments.tsx";
import { Off } from "./off.tsx";
import { OutliersSection, UnknownSection } from "./people.tsx";
import { analyticsAddress, type SectionProps } from "./section.ts";
import { UsageSection } from "./usage.tsx";

interface AnalyticsPageProps {
  readonly section: AnalyticsSection;
  readonly query: string;
  readonly session: Session;
}

export function AnalyticsPage(props: AnalyticsPageProps) {
  if (!props.session.capabilities.has("analytics")) return <Off />;
  return can(props.session, "analyse") ? <Analytics {...props} /> : <Refused what="seeing what was worked with" />;
}

function Analytics({ section, query }: AnalyticsPageProps) {
  const filter = useMemo(() => readAnalyticsFilter(query), [query]);
  const now = useMemo(() => new Date(), [query]);
  const [applications, setApplications] = useState<readonly string[]>([]);
  useEffect(() => {
    document.title = `${SECTION_TITLES[section]} · Analytics · Playhead`;
  }, [section]);
  const change = (next: AnalyticsFilter): void => go(analyticsAddress(section, next), "replace");
  const parts: SectionProps = { filter, now, onApplications: setApplications, onChange: change };
  return (
    <Page>
      <PageHead
        title="Analytics"
        lead="What was worked with, and for how long: windows by their titles, keys and clicks by their number."
      >
        <Download section={section} filter={filter} now={now} />
      </PageHead>
      <Tabs
        label="Reports"
        tabs={ANALYTICS_SECTIONS.map((one) => ({
          href: analyticsAddress(one, filter),
          text: SECTION_TITLES[one],
          here: one === section,
        }))}
      />
      <AnalyticsFilters filter={filter} section={section} applications={applications} onChange={change} />
      <Section section={section} {...parts} />
    </Page>
  );
}

function Section({ section, ...parts }: SectionProps & { readonly section: AnalyticsSection }) {
  switch (section) {
    case "usage":
      return <UsageSection {...parts} />;
    case "compare":
      return <CompareSection {...parts} />;
    case "outliers":
      return <OutliersSection {...parts} />;
    case "unknown":
      return <UnknownSection {...parts} />;
    case "idle":
    case "moments":
      return <MomentsSection key={section} longestIdle={section === "idle"} {...parts} />;
  }
}

interface DownloadProps {
  readonly section: AnalyticsSection;
  readonly filter: AnalyticsFilter;
  readonly now: Date;
}

function Download({ section, filter, now }: DownloadProps) {
  return (
    <Menu
      label="Download"
      align="end"
      trigger={(opens) => (
        <Button icon="download" opens={opens}>
          Download
        </Button>
      )}
      entries={[
        { heading: `${SECTION_TITLES[section]}, as it is narrowed now` },
        {
          text: "CSV",
          icon: "audit",
          hint: "For spreadsheets",
          href: exportAddress(section, filter, now, "csv"),
          download: `${section}.csv`,
        },
        {
          text: "Parquet",
          icon: "columns",
          hint: "For programs that analyse",
          href: exportAddress(section, filter, now, "parquet"),
          download: `${section}.parquet`,
        },
      ]}
    />
  );
}
