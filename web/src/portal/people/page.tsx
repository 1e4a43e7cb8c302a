/** Users, groups, roles and login sessions. */

import type { Session } from "../../core/access.ts";
import type { PeopleSection } from "../../core/route.ts";
import { Page, PageHead } from "../../ui/page.tsx";

export function PeoplePage(_props: {
  readonly section: PeopleSection;
  readonly id: string | null;
  readonly query: string;
  readonly session: Session;
}) {
  return (
    <Page>
      <PageHead title="People" />
    </Page>
  );
}
