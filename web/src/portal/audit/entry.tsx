/** All that an entry says, beside the list. */

import type { ComponentChildren } from "preact";
import { type AuditItem, type FilterKey, subjectAddress } from "../../core/audit.ts";
import { actorAddress, actorWords, detailLines, entrySentence } from "../../core/audit-words.ts";
import { Button, IconButton, LinkButton } from "../../ui/button.tsx";
import { Drawer } from "../../ui/dialog.tsx";
import css from "./audit.module.css";

type Narrow = (key: FilterKey, value: string) => void;

interface DrawerProps {
  readonly items: readonly AuditItem[];
  /** The entry's id, or null. */
  readonly open: string | null;
  readonly onMove: (id: string | null) => void;
  readonly onNarrow: Narrow;
}

export function EntryDrawer({ items, open, onMove, onNarrow }: DrawerProps) {
  const at = items.findIndex((one) => one.id === open);
  const item = items[at];
  const newer = items[at - 1];
  const older = items[at + 1];
  return (
    <Drawer
      title={item === undefined ? "Entry" : `Entry ${item.id}`}
      open={item !== undefined}
      onClose={() => onMove(null)}
      foot={
        <>
          <Button icon="up" disabled={newer === undefined} onClick={() => newer && onMove(newer.id)}>
            Newer
          </Button>
          <Button icon="down" disabled={older === undefined} onClick={() => older && onMove(older.id)}>
            Older
          </Button>
        </>
      }
    >
      {item !== undefined && <Entry item={item} onNarrow={onNarrow} />}
    </Drawer>
  );
}

function Entry({ item, onNarrow }: { readonly item: AuditItem; readonly onNarrow: Narrow }) {
  const about = subjectAddress(item);
  const actor = actorAddress(item);
  return (
    <div class={css.entry}>
      <p class={css.sentence}>{entrySentence(item)}</p>
      {about !== null && (
        <div>
          <LinkButton small href={about}>
            Open what it is about
          </LinkButton>
        </div>
      )}
      <dl class={css.facts}>
        <Fact name="When">
          <time dateTime={item.at.toISOString()}>
            {item.at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "medium" })}
          </time>
          <span class={css.muted}>{item.at.toISOString()}</span>
        </Fact>
        <Fact name="Who" only={() => onNarrow("actor", item.actor)}>
          {actor === null ? (
            actorWords(item.actor)
          ) : (
            <a class={`link ${css.over}`} href={actor}>
              {item.actor}
            </a>
          )}
        </Fact>
        <Fact name="What" only={() => onNarrow("action", item.action)}>
          <code class={css.code}>{item.action}</code>
        </Fact>
        {item.subject !== "" && (
          <Fact name="Object" only={() => onNarrow("subject", item.subject)}>
            <code class={css.code}>{item.subject}</code>
          </Fact>
        )}
        {item.address !== "" && (
          <Fact name="IP address" only={() => onNarrow("address", item.address)}>
            <code class={css.code}>{item.address}</code>
          </Fact>
        )}
        {item.page !== "" && (
          <Fact name="Page" only={() => onNarrow("page", item.page)}>
            <code class={css.code}>{item.page}</code>
          </Fact>
        )}
        {detailLines(item.details).map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
        {item.hash !== "" && (
          <Fact name="Hash">
            <code class={css.code}>{item.hash}</code>
          </Fact>
        )}
      </dl>
    </div>
  );
}

interface FactProps {
  readonly name: string;
  /** Narrows the list to what is the same in this. */
  readonly only?: () => void;
  readonly children: ComponentChildren;
}

function Fact({ name, only, children }: FactProps) {
  return (
    <div class={css.fact}>
      <dt>{name}</dt>
      <dd>
        <span class={css.value}>{children}</span>
        {only !== undefined && (
          <IconButton small icon="filter" label={`Only entries with this: ${name}`} onClick={only} />
        )}
      </dd>
    </div>
  );
}
