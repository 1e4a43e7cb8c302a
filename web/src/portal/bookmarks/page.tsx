/** Moments that were kept. */

import type { Session } from "../../core/access.ts";
import { Page, PageHead } from "../../ui/page.tsx";

export function BookmarksPage(_props: { readonly query: string; readonly session: Session }) {
  return (
    <Page>
      <PageHead title="Bookmarks" />
    </Page>
  );
}
