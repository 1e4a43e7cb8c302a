/** One's own account: password, second factor, and where one is signed in. */

import { useEffect } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { FailureNotice } from "../../ui/notice.tsx";
import { Card, Page, PageHead, Section } from "../../ui/page.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { Loaded, remedyOf, useLoaded } from "../loaded.ts";
import { getWays } from "../sign-in-api.ts";
import { getAccount } from "./api.ts";
import { PasswordForm } from "./password.tsx";
import { OwnSessions } from "./sessions.tsx";
import { SecondFactor } from "./totp.tsx";

export function AccountPage({ session }: { readonly session: Session }) {
  const account = useLoaded(
    session.user,
    () =>
      new Loaded(async (signal) => {
        const [own, ways] = await Promise.all([getAccount(signal), getWays()]);
        return { ...own, minLength: ways.minLength };
      }),
  );
  useEffect(() => {
    document.title = "Your account · Playhead";
  }, []);
  const known = account.value.value;
  const failure = account.failure.value;
  return (
    <Page width="text">
      <PageHead title={session.name || session.user} lead={`You sign in as ${session.user}.`} />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void account.load())} />}
      {known === null ? (
        failure === null && <AccountSkeleton />
      ) : (
        <>
          <Section title="Password">
            {!known.password ? (
              <p>Your organisation’s sign-in looks after your password. There is none here to change.</p>
            ) : (
              <PasswordForm session={session} minLength={known.minLength} />
            )}
          </Section>
          {known.password && <SecondFactor session={session} account={known} onChanged={() => void account.load()} />}
        </>
      )}
      <OwnSessions session={session} />
    </Page>
  );
}

/** As high as what comes, so that nothing below jumps. */
function AccountSkeleton() {
  return (
    <>
      <Section title="Password">
        <Card>
          <Bone width="100%" height="15.875rem" />
        </Card>
      </Section>
      <Section title="Second factor">
        <Card>
          <Bone width="100%" height="2.5rem" />
        </Card>
      </Section>
    </>
  );
}
