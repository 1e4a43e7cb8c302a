/** What was recorded about who is signed in, why, and who watched it. */

import type { Session } from "../../core/access.ts";
import { Page, PageHead } from "../../ui/page.tsx";

export function MinePage(_props: { readonly query: string; readonly session: Session }) {
  return (
    <Page>
      <PageHead title="My recordings" />
    </Page>
  );
}
