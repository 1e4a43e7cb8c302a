/** Begins a blackout: why, and for how long. */

import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { BLACKOUT_MINUTES } from "../../core/blackout-requests.ts";
import type { WorkstationItem } from "../../core/library.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { toast } from "../../ui/toast.tsx";
import { FormDialog } from "../form-dialog.tsx";
import { useDoing } from "../loaded.ts";
import { ReasonField } from "../reason-field.tsx";
import { beginBlackout } from "./api.ts";
import css from "./blackout.module.css";

const LENGTHS = BLACKOUT_MINUTES.map((minutes) => ({
  value: String(minutes ?? ""),
  text: minutes === null ? "Until ended" : `${minutes} min`,
}));
const USUAL = "15";

interface DialogProps {
  readonly item: WorkstationItem;
  readonly session: Session;
  readonly onClose: () => void;
}

export function BlackoutDialog({ item, session, onClose }: DialogProps) {
  const [reason, setReason] = useState("");
  const [length, setLength] = useState(USUAL);
  const [sent, setSent] = useState(false);
  const doing = useDoing();
  const missing = reason.trim() === "";
  const begin = async (): Promise<void> => {
    setSent(true);
    if (missing) return;
    const minutes = length === "" ? null : Number(length);
    if (!(await doing.run(() => beginBlackout(session, item.id, reason.trim(), minutes)))) return;
    toast({ text: `Nothing is captured at ${item.name} now.`, hint: reason.trim(), icon: "blackout" });
    onClose();
  };
  return (
    <FormDialog
      title={`Blackout at ${item.name}`}
      confirm="Begin"
      kind="primary"
      icon="blackout"
      doing={doing}
      onSend={() => void begin()}
      onClose={onClose}
    >
      <p>
        Nothing{item.agent === "" ? "" : ` of ${item.agent}’s screen`} is captured until it ends. It cannot be had
        afterwards.
      </p>
      <ReasonField
        value={reason}
        hint="It stands in the recording and in the audit log."
        missing={sent && missing}
        onInput={setReason}
      />
      <div class={css.lengths}>
        <Segmented label="For how long" value={length} options={LENGTHS} onChange={setLength} />
        <p class={css.muted}>At the most for as long as the workstation is configured to.</p>
      </div>
    </FormDialog>
  );
}
