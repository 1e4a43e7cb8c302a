/** The second factor: whether it is on, and turning it on or off. */

import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import type { Account } from "../../core/sign-in.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Card, Section } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";
import { remedyOf, useDoing } from "../loaded.ts";
import css from "./account.module.css";
import { turnOffTotp } from "./api.ts";
import { TotpSetUp } from "./totp-set-up.tsx";

interface SecondFactorProps {
  readonly session: Session;
  readonly account: Account;
  readonly onChanged: () => void;
}

/** Fewer are left than a person should like. */
const RECOVERY_FEW = 3;

function factsOf({ totp, recoveryLeft }: Account): string {
  if (!totp) return "Whoever gets to know your password could sign in as you. A code from your phone prevents that.";
  if (recoveryLeft === null) return "A code from your phone is asked for besides your password.";
  if (recoveryLeft === 0) return "No recovery codes are left. Turn it off and on again to get new ones.";
  const left = recoveryLeft === 1 ? "One recovery code is left." : `${recoveryLeft} recovery codes are left.`;
  return recoveryLeft < RECOVERY_FEW ? `${left} Turn it off and on again to get new ones.` : left;
}

export function SecondFactor({ session, account, onChanged }: SecondFactorProps) {
  const [open, setOpen] = useState<"on" | "off" | null>(null);
  const close = (): void => setOpen(null);
  return (
    <Section title="Second factor">
      <Card>
        <div class={css.state}>
          <span class={account.totp ? css.good : css.weak}>
            <Icon name={account.totp ? "shieldCheck" : "shield"} size={28} />
          </span>
          <div class={css.words}>
            <p class={css.strong}>
              Authenticator app <Badge tone={account.totp ? "accent" : "warn"}>{account.totp ? "On" : "Off"}</Badge>
            </p>
            <p class={css.muted}>{factsOf(account)}</p>
          </div>
          {account.totp ? (
            <Button onClick={() => setOpen("off")}>Turn off</Button>
          ) : (
            <Button kind="primary" onClick={() => setOpen("on")}>
              Set up
            </Button>
          )}
        </div>
      </Card>
      <TotpSetUp
        session={session}
        open={open === "on"}
        onClose={(done) => {
          close();
          if (done) onChanged();
        }}
      />
      <TurnOff
        session={session}
        open={open === "off"}
        onClose={close}
        onDone={() => {
          close();
          toast({ text: "The second factor is off.", hint: "Only your password protects your account now." });
          onChanged();
        }}
      />
    </Section>
  );
}

interface TurnOffProps {
  readonly session: Session;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function TurnOff({ session, open, onClose, onDone }: TurnOffProps) {
  const [password, setPassword] = useState("");
  const doing = useDoing();
  const send = async (): Promise<void> => {
    if (password === "") return;
    if (await doing.run(() => turnOffTotp(session, password))) onDone();
    setPassword("");
  };
  return (
    <Dialog
      small
      title="Turn off the second factor?"
      open={open}
      onClose={() => {
        setPassword("");
        onClose();
      }}
    >
      <form
        class={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {doing.failure.value !== null && (
          <FailureNotice failure={doing.failure.value} onRemedy={remedyOf(() => void send())} />
        )}
        <p>Then your password alone is enough to sign in as you. Your recovery codes stop working.</p>
        <PasswordField
          label="Your password"
          name="current-password"
          value={password}
          autocomplete="current-password"
          focused
          onInput={setPassword}
        />
        <div class={css.buttons}>
          <Button onClick={onClose}>Leave it on</Button>
          <Button type="submit" kind="danger" busy={doing.busy.value} disabled={password === ""}>
            Turn off
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
