/** Signing in: one form, one clear answer when it fails. */

import { useState } from "preact/hooks";
import { type Failure, toFailure } from "../core/failure.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Mark } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { signIn } from "./api.ts";
import { go } from "./router.ts";
import { presence } from "./session.ts";
import { Center } from "./shell.tsx";
import css from "./sign-in.module.css";

export function SignIn({ next }: { readonly next: string }) {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState<"" | "name" | "password">("");
  const [failure, setFailure] = useState<Failure | null>(null);

  const submit = async (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): Promise<void> => {
    event.preventDefault();
    // What the form holds now: state may be a keystroke behind, and password managers fill in without typing.
    const form = new FormData(event.currentTarget);
    const name = String(form.get("username")).trim();
    const secret = String(form.get("password"));
    setFailure(null);
    setMissing(name === "" ? "name" : secret === "" ? "password" : "");
    if (name === "" || secret === "") return;
    setBusy(true);
    try {
      presence.value = { status: "somebody", session: await signIn(name, secret) };
      go(next, "replace");
    } catch (error) {
      setFailure(toFailure(error));
      setPassword("");
    } finally {
      setBusy(false);
    }
  };

  return (
    <Center>
      <section class={css.card} aria-labelledby="sign-in">
        <div class={css.head}>
          <Mark size={36} />
          <div>
            <h1 id="sign-in">Sign in to Playhead</h1>
            <p>{next === "/recordings" ? "Recordings of this site." : "Then it goes on where you wanted to."}</p>
          </div>
        </div>
        <form class={css.form} noValidate onSubmit={(event) => void submit(event)}>
          {failure !== null && <Notice tone="danger" title={failure.message} hint={failure.hint} />}
          <Field
            label="Name"
            name="username"
            value={user}
            autocomplete="username"
            focused
            error={missing === "name" ? "Enter your name." : null}
            onInput={setUser}
          />
          <Field
            label="Password"
            name="password"
            type="password"
            value={password}
            autocomplete="current-password"
            error={missing === "password" ? "Enter your password." : null}
            onInput={setPassword}
          />
          <Button type="submit" kind="primary" wide busy={busy}>
            {busy ? "Signing in …" : "Sign in"}
          </Button>
        </form>
      </section>
    </Center>
  );
}
