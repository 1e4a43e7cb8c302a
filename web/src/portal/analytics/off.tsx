/** What is shown where a site does without desktop analytics. */

import { Empty } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";

/** Desktop analytics is an optional part of a site. */
export function Off() {
  return (
    <Page>
      <PageHead title="Analytics" />
      <Empty
        icon="chart"
        title="Desktop analytics is off"
        hint="Whoever runs this server turns it on with [analytics] enabled = true in its configuration, and on each workstation with [analytics] there. Nothing about windows is told or kept before."
      />
    </Page>
  );
}
