/** Who is being recorded now. */

import type { Session } from "../../core/access.ts";
import { Page, PageHead } from "../../ui/page.tsx";

export function WallPage(_props: { readonly query: string; readonly session: Session }) {
  return (
    <Page>
      <PageHead title="Live" />
    </Page>
  );
}
