/** How a user signs in: password, second factor, lock, and whether at all. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { untilText, whenText } from "../../core/ago.ts";
import { standing, type UserItem } from "../../core/people.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";
import { wallNow } from "../clock.ts";
import { useKeptFocus } from "../kept-focus.ts";
import { remedyOf, useDoing } from "../loaded.ts";
import { resetTotp, unlock } from "./api.ts";
import { Confirm } from "./confirm.tsx";
import css from "./people.module.css";
import { ResetPassword } from "./reset-password.tsx";
import type { PeopleStore } from "./store.ts";
import type { ChangeUser } from "./user.tsx";

interface UserSignInProps {
  readonly user: UserItem;
  readonly store: PeopleStore;
  readonly onChange: ChangeUser;
  readonly onReload: () => void;
}

type Asked = "password" | "totp" | "disable" | null;

export function UserSignIn({ user, store, onChange, onReload }: UserSignInProps) {
  const [asked, setAsked] = useState<Asked>(null);
  const doing = useDoing();
  const list = useKeptFocus<HTMLUListElement>();
  const now = wallNow();
  const close = (): void => setAsked(null);
  const act = (work: () => Promise<void>, said: string): Promise<boolean> =>
    doing.run(async () => {
      await work();
      toast({ text: said });
      onReload();
    });
  const locked = standing(user, now.getTime()) === "locked";
  return (
    <Section title="Signing in">
      {doing.failure.value !== null && <FailureNotice failure={doing.failure.value} onRemedy={remedyOf(onReload)} />}
      <ul ref={list} class={css.list} tabIndex={-1} aria-label="Signing in">
        {locked && user.lockedUntil !== null && (
          <Fact
            title="Locked"
            words={`Too many failed attempts. It ends by itself in ${untilText(user.lockedUntil, now)}.`}
          >
            <Button
              disabled={doing.busy.value}
              onClick={() => void act(() => unlock(store.session, user.id), "Unlocked.")}
            >
              Unlock
            </Button>
          </Fact>
        )}
        <Fact
          title="Last sign-in"
          words={user.lastSignInAt === null ? "Never yet" : whenText(user.lastSignInAt, now)}
        />
        {user.oidc ? (
          <Fact title="Password" words="The organisation’s own sign-in looks after it." />
        ) : (
          <>
            <Fact title="Password" words="Only they know it.">
              <Button onClick={() => setAsked("password")}>Set a new one</Button>
            </Fact>
            <Fact
              title="Second factor"
              words={
                user.totp
                  ? "A code from an authenticator app is asked for."
                  : "Off. They turn it on themselves, on their account page."
              }
            >
              {user.totp && <Button onClick={() => setAsked("totp")}>Turn off</Button>}
            </Fact>
          </>
        )}
        <Fact
          title={user.disabled ? "Disabled" : "Enabled"}
          words={
            user.disabled
              ? "Cannot sign in. Nothing of what belongs to them is gone."
              : "Can sign in. Disabling signs them out everywhere, at once."
          }
        >
          {user.disabled ? (
            <Button onClick={() => onChange({ disabled: false }, `${user.name} can sign in again.`)}>Enable</Button>
          ) : (
            <Button kind="danger" disabled={user.id === store.session.user} onClick={() => setAsked("disable")}>
              Disable
            </Button>
          )}
        </Fact>
      </ul>
      <ResetPassword user={user} store={store} open={asked === "password"} onClose={close} />
      <Confirm
        open={asked === "totp"}
        title={`Turn off the second factor of ${user.name}?`}
        words="Do so when they lost their phone and their recovery codes, and you are sure that it is they who ask. They are signed out everywhere; then their password alone is enough, until they set it up again."
        confirm="Turn off"
        busy={doing.busy.value}
        onClose={close}
        onConfirm={() => void act(() => resetTotp(store.session, user.id), "The second factor is off.").then(close)}
      />
      <Confirm
        open={asked === "disable"}
        title={`Disable ${user.name}?`}
        words="They are signed out everywhere and cannot sign in. Their recordings, bookmarks and what they did stay. You can enable them again."
        confirm="Disable"
        busy={doing.busy.value}
        onClose={close}
        onConfirm={() => {
          close();
          onChange({ disabled: true }, `${user.name} cannot sign in any more.`, { disabled: false });
        }}
      />
    </Section>
  );
}

interface FactProps {
  readonly title: string;
  readonly words: string;
  readonly children?: ComponentChildren;
}

function Fact({ title, words, children }: FactProps) {
  return (
    <li class={css.row}>
      <div class={css.words}>
        <p class={css.strong}>{title}</p>
        <p class={css.hint}>{words}</p>
      </div>
      {children}
    </li>
  );
}
