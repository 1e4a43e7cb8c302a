/** Deletes this one recording, for a reason that somebody gives. What is held cannot be. */

import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { NO_FILTER } from "../../core/filter.ts";
import { liveness, type RecordingItem } from "../../core/library.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { change } from "../change.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { go } from "../router.ts";

/** Why it cannot be deleted now, or null. */
function obstacle(item: RecordingItem): { readonly title: string; readonly words: string } | null {
  if (item.held) {
    return {
      title: "This recording is held",
      words: "Somebody keeps it from being deleted. It can be deleted once the hold is released, in the library.",
    };
  }
  if (item.state !== "recording") return null;
  const words =
    liveness(item, performance.now()) === "live"
      ? "Stop it first."
      : "Nothing arrives of it now, and its workstation may still bring more.";
  return { title: "This recording is being made", words };
}

export function DeleteButton({ item, session }: { readonly item: RecordingItem; readonly session: Session }) {
  const [asking, setAsking] = useState(false);
  const close = (): void => setAsking(false);
  const why = asking ? obstacle(item) : null;
  return (
    <>
      <IconButton icon="trash" label="Delete this recording" onClick={() => setAsking(true)} />
      {why !== null && (
        <Dialog small open title={why.title} onClose={close} foot={<Button onClick={close}>Close</Button>}>
          <p>{why.words}</p>
        </Dialog>
      )}
      {asking && why === null && (
        <ReasonDialog
          title="Delete this recording?"
          words={
            "Its key is destroyed first, then its bytes: nobody can have it back. " +
            "A certificate says what it was, when it went, and why."
          }
          confirm="Delete it"
          onClose={close}
          onConfirm={async (reason) => {
            await change(session, "DELETE", `/api/recordings/${encodeURIComponent(item.id)}`, { reason });
            toast({ text: "The recording was deleted.", hint: reason, icon: "trash" });
            go({ page: "recordings", filter: NO_FILTER });
          }}
        />
      )}
    </>
  );
}
