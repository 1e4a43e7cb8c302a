/** Writing a bookmark: its words, and who sees it. */

import { useId } from "preact/hooks";
import { roomLeft, TEXT_MAX } from "../../core/bookmark.ts";
import { positionText } from "../../core/time.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import css from "./bookmarks.module.css";
import type { BookmarkStore, Editing } from "./bookmarks.ts";

/** The room that is left is only worth a figure when there is little of it. */
const TELL_BELOW = 40;

function placeText({ atUs, endUs }: Editing): string {
  return endUs === null ? `at ${positionText(atUs)}` : `${positionText(atUs)} – ${positionText(endUs)}`;
}

interface BookmarkDialogProps {
  readonly store: BookmarkStore;
  readonly onKept: () => void;
}

export function BookmarkDialog({ store, onKept }: BookmarkDialogProps) {
  const draft = store.editing.value;
  const refusal = store.refusal.value;
  const form = useId();
  const left = roomLeft(draft?.text ?? "");
  const save = async (): Promise<void> => {
    if (left >= 0 && (await store.save())) onKept();
  };
  return (
    <Dialog
      small
      title={draft === null ? "Bookmark" : `Bookmark ${placeText(draft)}`}
      open={draft !== null}
      onClose={() => store.cancel()}
      foot={
        <>
          <Button kind="quiet" onClick={() => store.cancel()}>
            Cancel
          </Button>
          <Button kind="primary" busy={store.saving.value} disabled={left < 0} onClick={() => void save()}>
            {draft?.id === null ? "Keep" : "Save"}
          </Button>
        </>
      }
    >
      {draft !== null && (
        <form
          class={css.form}
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <label for={form}>What is here?</label>
          <textarea
            id={form}
            rows={3}
            autofocus
            value={draft.text}
            placeholder="A word or two to find it again"
            aria-describedby={`${form}-room`}
            aria-invalid={left < 0}
            onInput={(event) => {
              store.editing.value = { ...draft, text: event.currentTarget.value };
            }}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.shiftKey) return;
              event.preventDefault();
              void save();
            }}
          />
          <p id={`${form}-room`} class={`${css.room} ${left < 0 ? css.over : ""} figures`}>
            {left < 0
              ? `${-left} characters too many`
              : left < TELL_BELOW
                ? `${left} characters left`
                : `Up to ${TEXT_MAX} characters`}
          </p>
          {store.mayShare && (
            <label class={css.share}>
              <input
                type="checkbox"
                checked={draft.shared}
                onChange={(event) => {
                  store.editing.value = { ...draft, shared: event.currentTarget.checked };
                }}
              />
              <span>
                Share it
                <small>Everybody who can see this recording sees it. Otherwise only you do.</small>
              </span>
            </label>
          )}
          {refusal !== null && <Notice tone="danger" title={refusal.message} hint={refusal.hint} />}
        </form>
      )}
    </Dialog>
  );
}
