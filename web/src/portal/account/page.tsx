/** Password, second factor and login sessions of who is signed in. */

import type { Session } from "../../core/access.ts";
import { Page, PageHead } from "../../ui/page.tsx";

export function AccountPage(_props: { readonly session: Session }) {
  return (
    <Page>
      <PageHead title="Account" />
    </Page>
  );
}
