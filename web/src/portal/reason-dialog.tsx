/** Something that cannot be undone: what it means, and a reason that stands in the audit log. */

import { useState } from "preact/hooks";
import { FormDialog } from "./form-dialog.tsx";
import { useDoing } from "./loaded.ts";
import css from "./reason-dialog.module.css";
import { ReasonField } from "./reason-field.tsx";

interface ReasonDialogProps {
  readonly title: string;
  readonly words: string;
  /** On the button that does it. */
  readonly confirm: string;
  readonly onClose: () => void;
  readonly onConfirm: (reason: string) => Promise<void>;
}

export function ReasonDialog({ title, words, confirm, onClose, onConfirm }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  const [sent, setSent] = useState(false);
  const doing = useDoing();
  const missing = reason.trim() === "";
  const send = (): void => {
    setSent(true);
    if (!missing) void doing.run(() => onConfirm(reason.trim()));
  };
  return (
    <FormDialog title={title} confirm={confirm} kind="danger" doing={doing} onSend={send} onClose={onClose}>
      <p class={css.words}>{words}</p>
      <ReasonField value={reason} missing={sent && missing} onInput={setReason} />
    </FormDialog>
  );
}
