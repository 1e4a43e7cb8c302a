/** Downloading: what, how far it is, and what went wrong. */

import type { PlayRange } from "../../core/range.ts";
import { bytesText, lengthText, positionText } from "../../core/time.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import css from "./download.module.css";
import type { DownloadStore } from "./download.ts";

interface DownloadDialogProps {
  readonly store: DownloadStore;
  readonly range: PlayRange | null;
  readonly durationUs: number;
  readonly growing: boolean;
}

function Choice({ store, range, durationUs, growing }: DownloadDialogProps) {
  const begin = (part: PlayRange | null): void => void store.begin(part);
  return (
    <div class={css.stack}>
      <p class={css.hint}>
        A standard MP4, with the pictures as they were recorded. Who downloads what is in the audit log.
      </p>
      <button type="button" class={css.choice} onClick={() => begin(null)}>
        {growing ? "All until now" : "The whole recording"}
        <small class="figures">{lengthText(durationUs / 1000)}</small>
      </button>
      {range === null ? (
        <p class={css.hint}>For a part, mark a range first: [ where it begins, ] where it ends.</p>
      ) : (
        <button type="button" class={css.choice} onClick={() => begin(range)}>
          The range {positionText(range.fromUs)} – {positionText(range.toUs)}
          <small class="figures">{lengthText((range.toUs - range.fromUs) / 1000)}</small>
        </button>
      )}
    </div>
  );
}

function Step(props: DownloadDialogProps) {
  const { store } = props;
  const state = store.state.value;
  if (state.step === "choosing") return <Choice {...props} />;
  if (state.step === "failed") {
    return <Notice tone="danger" title={state.failure.message} hint={state.failure.hint} />;
  }
  if (state.step === "ready") {
    return (
      <p>
        The file is ready{state.bytes > 0 ? `: ${bytesText(state.bytes)}` : ""}. The browser saves it now; if it did
        not, save it again.
      </p>
    );
  }
  return (
    <div class={css.stack}>
      <progress class={css.progress} aria-label="Being prepared" max={1} value={state.done} />
      <p class={`${css.hint} figures`} role="status">
        {state.away
          ? "The server cannot be reached. It is asked again."
          : `${Math.floor(state.done * 100)} %${state.bytes > 0 ? `, ${bytesText(state.bytes)}` : ""}`}
      </p>
      <p class={css.hint}>You may close this and go on watching. Leaving the player ends it.</p>
    </div>
  );
}

function Foot({ store }: { readonly store: DownloadStore }) {
  const state = store.state.value;
  if (state.step === "working") {
    return (
      <>
        <Button kind="quiet" onClick={() => void store.cancel()}>
          Stop
        </Button>
        <Button onClick={() => store.hide()}>Go on watching</Button>
      </>
    );
  }
  if (state.step === "ready") {
    return (
      <>
        <Button kind="quiet" onClick={() => store.save()}>
          Save again
        </Button>
        <Button kind="primary" onClick={() => store.hide()}>
          Done
        </Button>
      </>
    );
  }
  if (state.step === "failed") return <Button onClick={() => void store.cancel()}>Choose again</Button>;
  return (
    <Button kind="quiet" onClick={() => store.hide()}>
      Cancel
    </Button>
  );
}

export function DownloadDialog(props: DownloadDialogProps) {
  const { store } = props;
  return (
    <Dialog
      small
      title="Download as MP4"
      open={store.open.value}
      onClose={() => store.hide()}
      foot={<Foot store={store} />}
    >
      <Step {...props} />
    </Dialog>
  );
}
