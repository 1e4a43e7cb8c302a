/** The button that starts or stops a recording, and what became of it. */

import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { toFailure } from "../../core/failure.ts";
import type { WorkstationItem } from "../../core/library.ts";
import { Button } from "../../ui/button.tsx";
import { record } from "../api.ts";
import { isSignedOut, mustSignIn } from "../session.ts";
import css from "./wall.module.css";

export function OrderButton({ item, session }: { readonly item: WorkstationItem; readonly session: Session }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const isRecording = item.recording !== null;
  const order = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      await record(session, item.id, isRecording ? "stop" : "start");
    } catch (error) {
      if (isSignedOut(error)) mustSignIn();
      const failure = toFailure(error);
      setProblem(`${failure.message} ${failure.hint}`.trim());
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        small
        kind={isRecording ? "quiet" : "plain"}
        icon={isRecording ? "stop" : "record"}
        tint="live"
        busy={busy}
        onClick={() => void order()}
      >
        {isRecording ? "Stop" : "Record"}
      </Button>
      {problem !== "" && (
        <p class={css.problem} role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
