/** What can be done to all chosen recordings at once. */

import { useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { bulkWords, recordingsText } from "../../core/bulk-words.ts";
import { type Facets, tagOf } from "../../core/facets.ts";
import { toFailure } from "../../core/failure.ts";
import type { RecordingItem } from "../../core/library.ts";
import { takesAway } from "../../core/modules.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Options } from "../../ui/options.tsx";
import { Popover } from "../../ui/popover.tsx";
import { toast } from "../../ui/toast.tsx";
import { EXPORTS_MAX, startExports } from "../exports/store.ts";
import { ReasonField } from "../reason-field.tsx";
import { isSignedOut, mustSignIn } from "../session.ts";
import css from "./library.module.css";
import { type BulkOrder, changeMany } from "./requests.ts";
import type { LibraryStore } from "./store.ts";

interface BulkProps {
  readonly store: LibraryStore;
  readonly session: Session;
  readonly chosen: readonly RecordingItem[];
  readonly facets: Facets | null;
  readonly onSearch: (prefix: string) => void;
  readonly onClear: () => void;
}

const PAST = { tag: "tagged", untag: "untagged", hold: "held", release: "released" } as const;

/** An item as it is after a change, until the server says so. */
function changed(item: RecordingItem, order: BulkOrder): RecordingItem {
  switch (order.action) {
    case "tag":
      return item.tags.includes(order.tag) ? item : { ...item, tags: [...item.tags, order.tag] };
    case "untag":
      return { ...item, tags: item.tags.filter((tag) => tag !== order.tag) };
    default:
      return { ...item, held: order.action === "hold" };
  }
}

async function apply(props: BulkProps, order: BulkOrder): Promise<void> {
  const ids = props.chosen.map((item) => item.id);
  try {
    const result = await changeMany(props.session, ids, order);
    const refused = new Set(result.refused.map((one) => one.id));
    props.store.amend(new Set(ids.filter((id) => !refused.has(id))), (item) => changed(item, order));
    const { text, hint, failed } = bulkWords(result, PAST[order.action]);
    toast({ text, hint, tone: failed ? "danger" : "neutral" });
  } catch (error) {
    if (isSignedOut(error)) mustSignIn();
    const { message, hint } = toFailure(error);
    toast({ text: message, hint, tone: "danger" });
  }
}

/** The tags all of them have. */
function common(items: readonly RecordingItem[]): string[] {
  const [first, ...rest] = items;
  return first?.tags.filter((tag) => rest.every((item) => item.tags.includes(tag))) ?? [];
}

function TagMenu(props: BulkProps) {
  const { chosen, facets, onSearch } = props;
  const here = [...new Set(chosen.flatMap((item) => item.tags))];
  const known = [...new Set([...here, ...(facets?.tags ?? [])])].sort((one, other) => one.localeCompare(other));
  const has = common(chosen);
  return (
    <Popover
      label="Tags"
      onOpen={() => onSearch("")}
      trigger={(opens) => (
        <Button small kind="quiet" icon="tag" opens={opens}>
          Tag
        </Button>
      )}
    >
      {() => (
        <Options
          label="Tags"
          options={known.map((tag) => ({ value: tag, text: tag }))}
          chosen={has}
          empty="No tags yet. Type the first one."
          create={tagOf}
          onChange={(tags) => {
            const added = tags.find((tag) => !has.includes(tag));
            const removed = has.find((tag) => !tags.includes(tag));
            if (added !== undefined) void apply(props, { action: "tag", tag: added });
            if (removed !== undefined) void apply(props, { action: "untag", tag: removed });
          }}
        />
      )}
    </Popover>
  );
}

function HoldDialog(props: BulkProps & { readonly action: "hold" | "release"; readonly onClose: () => void }) {
  const { action, chosen, onClose } = props;
  const [reason, setReason] = useState("");
  const title = action === "hold" ? "Hold" : "Release";
  const missing = action === "hold" && reason.trim() === "";
  const submit = (): void => {
    onClose();
    void apply(props, { action, reason: reason.trim() });
  };
  return (
    <Dialog
      small
      open
      title={`${title} ${recordingsText(chosen.length)}`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={missing} onClick={submit}>
            {title}
          </Button>
        </>
      }
    >
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!missing) submit();
        }}
      >
        <p>
          {action === "hold"
            ? "What is held is not deleted when its time has come, until it is released."
            : "What is released is deleted when its time has come."}
        </p>
        <ReasonField value={reason} onInput={setReason} />
      </form>
    </Dialog>
  );
}

export function BulkBar(props: BulkProps) {
  const { session, chosen, onClear } = props;
  const [asked, setAsked] = useState<"" | "hold" | "release">("");
  if (chosen.length === 0) return null;
  const may = session.permissions;
  return (
    <section class={css.bulk} aria-label="Selection" data-floor>
      <span class={`${css.count} figures`} role="status">
        {chosen.length.toLocaleString("en")} selected
      </span>
      {may.has("annotate") && <TagMenu {...props} />}
      {may.has("hold") && chosen.some((item) => !item.held) && (
        <Button small kind="quiet" icon="lock" onClick={() => setAsked("hold")}>
          Hold
        </Button>
      )}
      {may.has("hold") && chosen.some((item) => item.held) && (
        <Button small kind="quiet" icon="unlock" onClick={() => setAsked("release")}>
          Release
        </Button>
      )}
      {takesAway(session) && (
        <Button small kind="quiet" icon="download" onClick={() => beginExports(session, chosen)}>
          Export
        </Button>
      )}
      <IconButton small icon="close" label="Clear the selection" keys="Esc" onClick={onClear} />
      {asked !== "" && <HoldDialog {...props} action={asked} onClose={() => setAsked("")} />}
    </section>
  );
}

function beginExports(session: Session, chosen: readonly RecordingItem[]): void {
  if (chosen.length > EXPORTS_MAX) {
    toast({
      text: `At most ${EXPORTS_MAX} recordings can be exported at once.`,
      hint: `${chosen.length} are selected.`,
      tone: "danger",
    });
    return;
  }
  startExports(session, chosen);
}
