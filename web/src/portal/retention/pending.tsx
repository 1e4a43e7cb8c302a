/** A run that would take more than it may by itself waits until somebody has typed how much it is. */

import { useState } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { recordingsText } from "../../core/bulk-words.ts";
import { shareText } from "../../core/coverage-words.ts";
import type { Pending } from "../../core/retention.ts";
import { bytesText } from "../../core/time.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { toast } from "../../ui/toast.tsx";
import { FormDialog } from "../form-dialog.tsx";
import { useDoing } from "../loaded.ts";
import { confirmPurge } from "./api.ts";

interface PendingProps {
  readonly pending: Pending;
  readonly session: Session;
  readonly onConfirmed: () => void;
}

export function PendingNotice(props: PendingProps) {
  const { pending, session } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <Notice
        tone="warn"
        title={`${recordingsText(pending.recordings)} are due: more than a run may take by itself.`}
        hint={`${bytesText(pending.bytes)}, ${shareText(pending.share, 1)} of all. Nothing is deleted until somebody confirms it.`}
      >
        {can(session, "operate") && (
          <Button small onClick={() => setOpen(true)}>
            Look and confirm
          </Button>
        )}
      </Notice>
      {open && <ConfirmDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function ConfirmDialog({ pending, session, onConfirmed, onClose }: PendingProps & { readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [sent, setSent] = useState(false);
  const doing = useDoing();
  const right = typed.replaceAll(/[\s,.’']/g, "") === String(pending.recordings);
  const send = (): void => {
    setSent(true);
    if (!right) return;
    void doing.run(async () => {
      await confirmPurge(session, pending.recordings);
      toast({
        text: `${recordingsText(pending.recordings)} are being deleted.`,
        hint: "What becomes due meanwhile waits for another confirmation.",
        icon: "trash",
      });
      onClose();
      onConfirmed();
    });
  };
  return (
    <FormDialog
      title={`Delete ${recordingsText(pending.recordings)}?`}
      confirm="Confirm"
      kind="danger"
      doing={doing}
      onSend={send}
      onClose={onClose}
    >
      <p>
        These are {bytesText(pending.bytes)}, {shareText(pending.share, 1)} of all recordings. Their keys are destroyed
        first: nobody can have them back.
      </p>
      <Field
        label={`Type ${pending.recordings} to confirm`}
        name="recordings"
        value={typed}
        inputMode="numeric"
        autocomplete="off"
        focused
        error={sent && !right ? "That is another number." : null}
        onInput={setTyped}
      />
    </FormDialog>
  );
}
