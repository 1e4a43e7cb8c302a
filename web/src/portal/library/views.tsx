/** Saved views: filters, sorting and columns under a name, for oneself or for everybody. */

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { inViewOrder, type SavedView, VIEW_NAME_CHARS_MAX } from "../../core/facets.ts";
import { type Failure, toFailure } from "../../core/failure.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Popover } from "../../ui/popover.tsx";
import { toast } from "../../ui/toast.tsx";
import { go } from "../router.ts";
import { isSignedOut, mustSignIn } from "../session.ts";
import { chooseColumns, chosenColumns } from "./columns.tsx";
import css from "./library.module.css";
import { deleteView, listViews, saveView } from "./requests.ts";

/** Null until they were asked for. */
const views = signal<readonly SavedView[] | null>(null);
const trouble = signal<Failure | null>(null);
/** The view that was opened last: what is changed afterwards can be saved to it. */
const opened = signal<string | null>(null);

async function load(): Promise<void> {
  try {
    views.value = inViewOrder(await listViews(new AbortController().signal));
    trouble.value = null;
  } catch (error) {
    if (isSignedOut(error)) mustSignIn();
    else trouble.value = toFailure(error);
  }
}

function put(view: SavedView): void {
  views.value = inViewOrder([...(views.value ?? []).filter((one) => one.id !== view.id), view]);
  opened.value = view.id;
}

interface FormProps {
  readonly session: Session;
  /** Null for a new one. */
  readonly view: SavedView | null;
  readonly query: string;
  readonly onClose: () => void;
}

function ViewDialog({ session, view, query, onClose }: FormProps) {
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.shared ?? false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    try {
      await work();
      onClose();
    } catch (error) {
      if (isSignedOut(error)) mustSignIn();
      setFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  };
  const save = (): Promise<void> =>
    attempt(async () => {
      const draft = { name: name.trim().slice(0, VIEW_NAME_CHARS_MAX), shared, query: view?.query ?? query };
      put(await saveView(session, { ...draft, columns: view?.columns ?? chosenColumns.value }, view?.id ?? null));
      toast({ text: view === null ? `Saved as “${draft.name}”.` : `“${draft.name}” is saved.` });
    });
  const remove = (gone: SavedView): Promise<void> =>
    attempt(async () => {
      await deleteView(session, gone.id);
      views.value = views.value?.filter((one) => one.id !== gone.id) ?? null;
      toast({ text: `“${gone.name}” is deleted.` });
    });
  return (
    <Dialog
      small
      open
      title={view === null ? "Save this view" : "Change the view"}
      onClose={onClose}
      foot={
        <>
          {view !== null && (
            <Button kind="danger" icon="trash" disabled={busy} onClick={() => void remove(view)}>
              Delete
            </Button>
          )}
          <span class={css.space} />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} disabled={name.trim() === ""} onClick={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") void save();
        }}
      >
        {failure !== null && <Notice tone="danger" title={failure.message} hint={failure.hint} />}
        <Field label="Name" name="view" value={name} focused onInput={setName} />
        <Checkbox checked={shared} hint="They see what they are allowed to see in it." onChange={setShared}>
          For everybody
        </Checkbox>
      </form>
    </Dialog>
  );
}

function open(view: SavedView): void {
  opened.value = view.id;
  if (view.columns.length > 0) chooseColumns(view.columns);
  go(view.query === "" ? "/recordings" : `/recordings?${view.query}`);
}

interface ListProps {
  readonly query: string;
  readonly close: () => void;
  readonly onEdit: (view: SavedView | null) => void;
  readonly session: Session;
}

function ViewList({ query, close, onEdit, session }: ListProps) {
  const all = views.value;
  const last = all?.find((one) => one.id === opened.value && one.mine && one.query !== query);
  return (
    <div class={css.views}>
      {trouble.value !== null && <Notice tone="danger" title={trouble.value.message} hint={trouble.value.hint} />}
      {all !== null && all.length === 0 && (
        <p class={css.muted}>Narrow the list to what you look at again and again, and save it under a name.</p>
      )}
      <ul>
        {all?.map((view) => (
          <li key={view.id} class={css.view}>
            <Choice
              pressed={view.query === query}
              onClick={() => {
                open(view);
                close();
              }}
            >
              <span>{view.name}</span>
              {view.shared && <small class={css.muted}>{view.mine ? "for everybody" : "shared with you"}</small>}
            </Choice>
            {view.mine && (
              <IconButton
                small
                icon="edit"
                label={`Change the view ${view.name}`}
                onClick={() => {
                  onEdit(view);
                  close();
                }}
              />
            )}
          </li>
        ))}
      </ul>
      {last !== undefined && (
        <Button
          small
          onClick={() => {
            close();
            saveView(session, { ...last, query, columns: chosenColumns.value }, last.id).then(
              (view) => {
                put(view);
                toast({ text: `“${view.name}” is updated.` });
              },
              (error: unknown) => toast({ text: toFailure(error).message, tone: "danger" }),
            );
          }}
        >
          Update “{last.name}”
        </Button>
      )}
      <Button
        small
        icon="plus"
        onClick={() => {
          onEdit(null);
          close();
        }}
      >
        Save this view
      </Button>
    </div>
  );
}

/** The name of the view that is shown, if any. */
export function viewNameOf(query: string): string | null {
  return views.value?.find((one) => one.query === query && query !== "")?.name ?? null;
}

export function Views({ query, session }: { readonly query: string; readonly session: Session }) {
  const [edited, setEdited] = useState<SavedView | null | "none">("none");
  return (
    <>
      <Popover
        label="Saved views"
        align="end"
        onOpen={() => void load()}
        trigger={(opens) => (
          <Button icon="views" opens={opens}>
            {viewNameOf(query) ?? "Views"}
          </Button>
        )}
      >
        {(close) => <ViewList query={query} session={session} close={close} onEdit={setEdited} />}
      </Popover>
      {edited !== "none" && (
        <ViewDialog session={session} view={edited} query={query} onClose={() => setEdited("none")} />
      )}
    </>
  );
}
