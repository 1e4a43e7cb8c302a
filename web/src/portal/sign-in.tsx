/** Signing in: name and password, then what else is needed, one thing at a time; or the organisation's own sign-in. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { type SignInWays, waitText } from "../core/sign-in.ts";
import { Button, LinkButton } from "../ui/button.tsx";
import { Mark } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { Center } from "./shell.tsx";
import css from "./sign-in.module.css";
import { CodeFields, PasswordFields, RenewFields } from "./sign-in-fields.tsx";
import { SignInStore } from "./sign-in-store.ts";

const HEADINGS = {
  password: "Sign in to Playhead",
  code: "One more step",
  renew: "Choose a new password",
} as const;

function leadText(store: SignInStore, next: string): string {
  const { step, recovery } = store.state.value;
  if (step === "renew") return "The one you have was set by somebody else, or has been in use for too long.";
  if (step === "code") {
    return recovery
      ? "Enter one of the recovery codes that you saved. It works once."
      : "Enter the code that your authenticator app shows for Playhead now.";
  }
  return next === "/recordings" ? "Recordings of this site." : "Then it goes on where you wanted to.";
}

/** The address of the organisation's sign-in, that leads back to where the person wanted to go. */
function oidcAddress(url: string, next: string): string {
  const to = new URL(url, location.origin);
  to.searchParams.set("next", next);
  return to.origin === location.origin ? to.pathname + to.search : to.href;
}

function Oidc({ ways, next }: { readonly ways: SignInWays; readonly next: string }) {
  if (ways.oidc === null) return null;
  return (
    <>
      {ways.passwords && <p class={css.or}>or</p>}
      <LinkButton
        href={oidcAddress(ways.oidc.url, next)}
        kind={ways.passwords ? "plain" : "primary"}
        icon="shield"
        wide
        outside
      >
        Sign in with {ways.oidc.name}
      </LinkButton>
    </>
  );
}

/** What the server said against it. A screen reader hears it once; the seconds are counted on the button. */
function Refusal({ store }: { readonly store: SignInStore }) {
  const { failure } = store.state.value;
  if (failure === null) return null;
  const waited = failure.retryAfterS !== undefined;
  const waiting = store.wait.value > 0;
  const hint = waiting ? "The button says when you can try again." : waited ? "You can try again now." : failure.hint;
  return <Notice tone="danger" icon={waited ? "clock" : "warning"} title={failure.message} hint={hint} />;
}

function submitText(store: SignInStore): string {
  const wait = store.wait.value;
  if (wait > 0) return `Wait ${waitText(wait)}`;
  if (store.busy.value) return "Signing in …";
  return store.state.value.step === "renew" ? "Save and sign in" : "Sign in";
}

interface SignInProps {
  readonly next: string;
  /** A code of the server's: why the organisation's own sign-in did not work. */
  readonly refused?: string | undefined;
}

export function SignIn({ next, refused = "" }: SignInProps) {
  const store = useMemo(() => new SignInStore(next, refused), [next, refused]);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    document.title = "Sign in · Playhead";
    void store.open();
  }, [store]);
  const ways = store.ways.value;
  const { step, recovery } = store.state.value;
  const fault = store.fault.value;
  useEffect(() => {
    // What is wrong, and what is asked next, is where the person goes on typing.
    const invalid = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    (invalid ?? form.current?.querySelector<HTMLElement>("[data-first] input:not([hidden])"))?.focus();
  }, [step, recovery, fault, ways]);
  // Half a form that grows when the rest is known would jump.
  if (ways === null) return null;

  return (
    <Center>
      <section class={css.card} aria-labelledby="sign-in">
        <div class={css.head}>
          <Mark size={36} />
          <div aria-live="polite">
            <h1 id="sign-in">{HEADINGS[step]}</h1>
            <p>{leadText(store, next)}</p>
          </div>
        </div>
        {(ways.passwords || step !== "password") && (
          <form
            ref={form}
            class={css.form}
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              void store.send();
            }}
          >
            <Refusal store={store} />
            {step === "password" && <PasswordFields store={store} />}
            {step === "code" && <CodeFields store={store} />}
            {step === "renew" && <RenewFields store={store} minLength={ways.minLength} />}
            <Button type="submit" kind="primary" wide busy={store.busy.value} disabled={store.wait.value > 0}>
              {submitText(store)}
            </Button>
            {step === "code" && (
              <Button kind="quiet" wide onClick={() => store.toggleRecovery()}>
                {recovery ? "Use the app’s code instead" : "I cannot get at my phone"}
              </Button>
            )}
            {step !== "password" && (
              <Button kind="quiet" wide onClick={() => store.restart()}>
                Start again
              </Button>
            )}
          </form>
        )}
        {step === "password" && <Oidc ways={ways} next={next} />}
      </section>
    </Center>
  );
}
