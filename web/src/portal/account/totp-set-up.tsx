/** Setting up an authenticator app in three steps: scan, prove, keep the recovery codes. */

import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { codeFault, inFours, plainCode, recoveryText, type TotpOffer } from "../../core/sign-in.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { toast } from "../../ui/toast.tsx";
import { type Doing, remedyOf, useDoing } from "../loaded.ts";
import css from "./account.module.css";
import { confirmTotp, offerTotp } from "./api.ts";

interface SetUpProps {
  readonly session: Session;
  readonly open: boolean;
  /** `done`: it is on now. */
  readonly onClose: (done: boolean) => void;
}

export function TotpSetUp({ session, open, onClose }: SetUpProps) {
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const close = (kept: boolean): void => {
    if (codes !== null && !kept) {
      toast({
        text: "The recovery codes were not kept.",
        hint: "Turn the second factor off and on again to get new ones.",
        tone: "danger",
      });
    }
    onClose(codes !== null);
    setCodes(null);
  };
  return (
    <Dialog
      title={codes === null ? "Set up an authenticator app" : "Keep your recovery codes"}
      open={open}
      onClose={() => close(false)}
    >
      {codes === null ? (
        <Scan session={session} onDone={setCodes} />
      ) : (
        <Keep session={session} codes={codes} onDone={() => close(true)} />
      )}
    </Dialog>
  );
}

interface ScanProps {
  readonly session: Session;
  readonly onDone: (codes: readonly string[]) => void;
}

function Scan({ session, onDone }: ScanProps) {
  const [offer, setOffer] = useState<TotpOffer | null>(null);
  const [code, setCode] = useState("");
  const [sent, setSent] = useState(false);
  const asking = useDoing();
  const doing = useDoing();
  const ask = (): void => void asking.run(async () => setOffer(await offerTotp(session)));
  useEffect(ask, []);
  const fault = codeFault(code, false);
  const send = async (): Promise<void> => {
    setSent(true);
    if (fault !== null) return;
    if (!(await doing.run(async () => onDone(await confirmTotp(session, plainCode(code, false)))))) {
      setCode("");
      setSent(false);
    }
  };
  return (
    <form
      class={css.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Refused doing={asking} retry={ask} />
      <p>1. Scan this with your authenticator app, or type the key into it.</p>
      <div class={css.offer}>
        <div class={css.qr}>
          {offer === null ? (
            <Bone width="100%" height="100%" />
          ) : (
            <img src={`data:image/svg+xml,${encodeURIComponent(offer.qr)}`} alt="QR code of the key" />
          )}
        </div>
        <div class={css.key}>
          <p class={css.muted}>Key</p>
          <p class={css.secret}>{offer === null ? <Bone width="12rem" /> : inFours(offer.secret)}</p>
          <Button small icon="copy" disabled={offer === null} onClick={() => void copy(offer?.secret ?? "", "The key")}>
            Copy the key
          </Button>
        </div>
      </div>
      <p>2. Enter the code that it shows.</p>
      <Refused doing={doing} retry={() => void send()} />
      <div class={css.code}>
        <Field
          label="Code"
          name="code"
          value={code}
          autocomplete="one-time-code"
          inputMode="numeric"
          focused
          error={sent ? fault : null}
          onInput={setCode}
        />
      </div>
      <div class={css.buttons}>
        <Button type="submit" kind="primary" busy={doing.busy.value} disabled={offer === null}>
          Turn on
        </Button>
      </div>
    </form>
  );
}

function Refused({ doing, retry }: { readonly doing: Doing; readonly retry: () => void }) {
  const failure = doing.failure.value;
  return failure === null ? null : <FailureNotice failure={failure} onRemedy={remedyOf(retry)} />;
}

interface KeepProps {
  readonly session: Session;
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

function Keep({ session, codes, onDone }: KeepProps) {
  const [kept, setKept] = useState(false);
  const day = new Date().toLocaleDateString(undefined, { day: "numeric", month: "long", year: "numeric" });
  const words = recoveryText(codes, session.user, location.host, day);
  return (
    <div class={css.form}>
      <p>
        The second factor is on. If your phone is lost or broken, one of these codes lets you in, each once. They are
        shown only now.
      </p>
      <ol class={css.recovery} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div class={css.keep}>
        <Button icon="copy" onClick={() => void copy(words, "The codes").then((done) => done && setKept(true))}>
          Copy
        </Button>
        <LinkButton
          icon="download"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(words)}`}
          download="playhead-recovery-codes.txt"
          onClick={() => setKept(true)}
        >
          Save as a file
        </LinkButton>
      </div>
      <Checkbox checked={kept} onChange={setKept}>
        I have kept them where I find them without my phone.
      </Checkbox>
      <div class={css.buttons}>
        <Button kind="primary" disabled={!kept} onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}

/** Puts a text on the clipboard and says so; where the browser does not allow it, that. */
async function copy(text: string, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: `${what} can be pasted now.` });
    return true;
  } catch {
    toast({ text: "The browser did not allow copying.", hint: "Select the text and copy it.", tone: "danger" });
    return false;
  }
}
