/** The button that begins a blackout at a workstation, or ends it. */

import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { blackoutOffer } from "../../core/blackout-requests.ts";
import type { WorkstationItem } from "../../core/library.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";
import { useDoing } from "../loaded.ts";
import { endBlackout } from "./api.ts";
import { BlackoutDialog } from "./dialog.tsx";

interface BlackoutButtonProps {
  readonly item: WorkstationItem;
  readonly session: Session;
  /** Without words, where there is little room. */
  readonly brief?: boolean;
}

export function BlackoutButton({ item, session, brief = false }: BlackoutButtonProps) {
  const [asking, setAsking] = useState(false);
  const doing = useDoing();
  const offer = blackoutOffer(item, session.permissions, session.user);
  const end = async (): Promise<void> => {
    await doing.run(() => endBlackout(session, item.id));
    const failure = doing.failure.value;
    if (failure !== null) toast({ text: failure.message, hint: failure.hint, tone: "danger" });
  };
  return (
    <>
      {offer === "begin" &&
        (brief ? (
          <IconButton small icon="blackout" label="Begin a blackout" onClick={() => setAsking(true)} />
        ) : (
          <Button small kind="quiet" icon="blackout" onClick={() => setAsking(true)}>
            Blackout
          </Button>
        ))}
      {(offer === "end" || offer === "end-own") && (
        <Button small busy={doing.busy.value} onClick={() => void end()}>
          {offer === "end-own" ? "End mine" : brief ? "End" : "End the blackout"}
          {brief && offer === "end" && <span class="spoken"> the blackout</span>}
        </Button>
      )}
      {asking && <BlackoutDialog item={item} session={session} onClose={() => setAsking(false)} />}
    </>
  );
}
