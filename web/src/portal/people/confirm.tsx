/** One question before something that is hard to undo. */

import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import css from "./people.module.css";

interface ConfirmProps {
  readonly open: boolean;
  readonly title: string;
  readonly words: string;
  readonly confirm: string;
  readonly busy?: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

export function Confirm({ open, title, words, confirm, busy = false, onClose, onConfirm }: ConfirmProps) {
  return (
    <Dialog
      small
      title={title}
      open={open}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" busy={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      <p class={css.question}>{words}</p>
    </Dialog>
  );
}
