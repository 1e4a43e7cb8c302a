/** Who did what, when, and from where. */

import type { Session } from "../../core/access.ts";
import { Page, PageHead } from "../../ui/page.tsx";

export function AuditPage(_props: { readonly query: string; readonly session: Session }) {
  return (
    <Page>
      <PageHead title="Audit log" />
    </Page>
  );
}
