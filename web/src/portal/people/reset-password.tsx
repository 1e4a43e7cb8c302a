/** Setting a new password for somebody who forgot theirs. */

import { useState } from "preact/hooks";
import type { UserItem } from "../../core/people.ts";
import { passwordAdvice, passwordFault } from "../../core/sign-in.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { toast } from "../../ui/toast.tsx";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { getWays } from "../sign-in-api.ts";
import { useFirstFault } from "./add-user.tsx";
import { setPassword } from "./api.ts";
import css from "./people.module.css";
import type { PeopleStore } from "./store.ts";

interface ResetProps {
  readonly user: UserItem;
  readonly store: PeopleStore;
  readonly open: boolean;
  readonly onClose: () => void;
}

export function ResetPassword(props: ResetProps) {
  return (
    <Dialog small title={`A new password for ${props.user.name}`} open={props.open} onClose={props.onClose}>
      <ResetForm {...props} />
    </Dialog>
  );
}

function ResetForm({ user, store, onClose }: ResetProps) {
  const ways = useLoaded("", () => new Loaded(() => getWays()));
  const [password, setText] = useState("");
  const [sent, setSent] = useState(false);
  const doing = useDoing();
  const minLength = ways.value.value?.minLength ?? 12;
  const fault = passwordFault(password, user.id, minLength, null);
  useFirstFault(sent, { fault });
  const send = async (): Promise<void> => {
    setSent(true);
    if (fault !== null) return;
    if (!(await doing.run(() => setPassword(store.session, user.id, password)))) return;
    toast({ text: "The password is set.", hint: `${user.name} has to replace it at the next sign-in.` });
    onClose();
  };
  return (
    <form
      class={css.form}
      noValidate
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {doing.failure.value !== null && (
        <FailureNotice failure={doing.failure.value} onRemedy={remedyOf(() => void send())} />
      )}
      <p>
        Tell it to them by another way than e-mail. They replace it when they sign in, and are signed out until then.
      </p>
      <PasswordField
        label="New password"
        name="first-password"
        value={password}
        autocomplete="new-password"
        hint={passwordAdvice(minLength)}
        focused
        error={sent ? fault : null}
        onInput={setText}
      />
      <div class={css.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={doing.busy.value}>
          Set it
        </Button>
      </div>
    </form>
  );
}
