/** What new rules would delete, told before they are saved. */

import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { recordingsText } from "../../core/bulk-words.ts";
import { shareText } from "../../core/coverage-words.ts";
import type { Pending, Policy, Preview } from "../../core/retention.ts";
import { bytesText } from "../../core/time.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { toast } from "../../ui/toast.tsx";
import { remedyOf, useDoing } from "../loaded.ts";
import { previewPolicy, savePolicy } from "./api.ts";
import css from "./retention.module.css";

interface SaveDialogProps {
  readonly policy: Policy;
  /** What is due by the rules as they are. */
  readonly pending: Pending;
  readonly session: Session;
  readonly onClose: () => void;
  readonly onSaved: () => Promise<void>;
}

export function SaveDialog({ policy, pending, session, onClose, onSaved }: SaveDialogProps) {
  const [preview, setPreview] = useState<Preview | null>(null);
  const asking = useDoing();
  const saving = useDoing();
  const ask = (): void => void asking.run(async () => setPreview(await previewPolicy(session, policy)));
  useEffect(ask, []);
  const save = (): void =>
    void saving.run(async () => {
      await savePolicy(session, policy);
      toast({ text: "The rules hold from now on.", hint: "The next run goes by them." });
      onClose();
      await onSaved();
    });
  const failure = saving.failure.value ?? asking.failure.value;
  return (
    <Dialog
      small
      open
      title="Save these rules?"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind={(preview?.recordings ?? 0) > 0 ? "danger" : "primary"}
            busy={saving.busy.value}
            disabled={preview === null}
            onClick={save}
          >
            Save
          </Button>
        </>
      }
    >
      <div class={css.form}>
        {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(preview === null ? ask : save)} />}
        {preview === null ? (
          asking.failure.value === null && <Bone width="100%" height="5rem" />
        ) : (
          <Told preview={preview} pending={pending} />
        )}
      </div>
    </Dialog>
  );
}

function Told({ preview, pending }: { readonly preview: Preview; readonly pending: Pending }) {
  const { recordings, bytes, share, held } = preview;
  return (
    <>
      <p class={css.figure}>
        {recordings === 0 ? (
          "Nothing is due by these rules."
        ) : (
          <>
            <strong class="figures">{recordingsText(recordings)}</strong> {recordings === 1 ? "is" : "are"} due by these
            rules: {bytesText(bytes)}, {shareText(share, 1)} of all.
          </>
        )}
      </p>
      <p class={css.hint}>
        By the rules as they are: {recordingsText(pending.recordings)}.
        {held > 0 && ` ${recordingsText(held)} would be due as well, and stay because they are held.`}
      </p>
    </>
  );
}
