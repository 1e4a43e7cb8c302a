/** Changing a bookmark's words, and who sees it. */

import { useState } from "preact/hooks";
import { type Bookmark, roomLeft } from "../../core/bookmark.ts";
import { type Failure, toFailure } from "../../core/failure.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import css from "./bookmarks.module.css";
import type { BookmarksStore } from "./store.ts";

interface EditProps {
  readonly bookmark: Bookmark;
  readonly store: BookmarksStore;
  /** Whether bookmarks for everybody may be made. */
  readonly mayShare: boolean;
  readonly onClose: () => void;
}

export function EditBookmark({ bookmark, store, mayShare, onClose }: EditProps) {
  const [text, setText] = useState(bookmark.text);
  const [shared, setShared] = useState(bookmark.shared);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const left = roomLeft(text);
  const save = async (): Promise<void> => {
    if (left < 0 || busy) return;
    setBusy(true);
    try {
      await store.change(bookmark, { ...bookmark, text, shared });
      onClose();
    } catch (error) {
      setFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      small
      open
      title="Change the bookmark"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} disabled={left < 0} onClick={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {failure !== null && <Notice tone="danger" title={failure.message} hint={failure.hint} />}
        <Field
          label="Words"
          name="text"
          value={text}
          error={left < 0 ? `${-left} characters too many.` : null}
          focused
          onInput={setText}
        />
        {(mayShare || shared) && (
          <Checkbox checked={shared} hint="Whoever may see the recording sees it." onChange={setShared}>
            Shared
          </Checkbox>
        )}
      </form>
    </Dialog>
  );
}
