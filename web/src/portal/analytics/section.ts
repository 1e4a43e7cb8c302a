/** What every report on the page is given, and where each is. */

import { type AnalyticsFilter, type AnalyticsSection, analyticsQuery } from "../../core/analytics-filter.ts";
import { addressOf } from "../../core/route.ts";

export interface SectionProps {
  readonly filter: AnalyticsFilter;
  /** When the page was asked for: what times in words are reckoned from. */
  readonly now: Date;
  /** What is on this page of applications, for filters. */
  readonly onApplications: (names: readonly string[]) => void;
  readonly onChange: (filter: AnalyticsFilter) => void;
}

export const analyticsAddress = (section: AnalyticsSection, filter: AnalyticsFilter): string =>
  addressOf({ page: "analytics", section, query: analyticsQuery(filter) });
