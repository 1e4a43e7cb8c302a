/** A small dialog that asks for something and does one thing with it. */

import type { ComponentChildren } from "preact";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import type { IconName } from "../ui/icon.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import css from "./form-dialog.module.css";
import { remedyOf, type useDoing } from "./loaded.ts";

interface FormDialogProps {
  readonly title: string;
  /** On the button that does it. */
  readonly confirm: string;
  readonly kind: "primary" | "danger";
  readonly icon?: IconName;
  /** How it goes. */
  readonly doing: ReturnType<typeof useDoing>;
  readonly onSend: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function FormDialog({ title, confirm, kind, icon, doing, onSend, onClose, children }: FormDialogProps) {
  const failure = doing.failure.value;
  return (
    <Dialog
      small
      open
      title={title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={kind} {...(icon === undefined ? {} : { icon })} busy={doing.busy.value} onClick={onSend}>
            {confirm}
          </Button>
        </>
      }
    >
      <form
        class={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSend();
        }}
      >
        {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(onSend)} />}
        {children}
      </form>
    </Dialog>
  );
}
