/** Changing one's own password. */

import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { passwordAdvice, passwordFault } from "../../core/sign-in.ts";
import { Button } from "../../ui/button.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Card } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";
import { remedyOf, useDoing } from "../loaded.ts";
import css from "./account.module.css";
import { changePassword } from "./api.ts";

interface PasswordFormProps {
  readonly session: Session;
  readonly minLength: number;
}

export function PasswordForm({ session, minLength }: PasswordFormProps) {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [sent, setSent] = useState(false);
  const doing = useDoing();
  const oldFault = old === "" ? "Enter the password you have." : null;
  const freshFault = passwordFault(fresh, session.user, minLength, old);

  const save = async (): Promise<void> => {
    setSent(true);
    if (oldFault !== null || freshFault !== null) return;
    if (!(await doing.run(() => changePassword(session, old, fresh)))) return;
    setOld("");
    setFresh("");
    setSent(false);
    toast({ text: "Your password was changed.", hint: "Everywhere else you were signed in, you are signed out." });
  };

  return (
    <Card>
      <form
        class={`${css.form} ${css.narrow}`}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {doing.failure.value !== null && (
          <FailureNotice failure={doing.failure.value} onRemedy={remedyOf(() => void save())} />
        )}
        <input type="text" name="username" autocomplete="username" value={session.user} readOnly hidden />
        <PasswordField
          label="The password you have"
          name="current-password"
          value={old}
          autocomplete="current-password"
          error={sent ? oldFault : null}
          onInput={setOld}
        />
        <PasswordField
          label="New password"
          name="new-password"
          value={fresh}
          autocomplete="new-password"
          hint={passwordAdvice(minLength)}
          error={sent ? freshFault : null}
          onInput={setFresh}
        />
        <div>
          <Button type="submit" kind="primary" busy={doing.busy.value}>
            {doing.busy.value ? "Changing …" : "Change the password"}
          </Button>
        </div>
      </form>
    </Card>
  );
}
