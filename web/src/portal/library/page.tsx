/** The library: find a recording among many. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { type Facets, NO_FACETS } from "../../core/facets.ts";
import type { Failure } from "../../core/failure.ts";
import { type Filter, filterQuery, NO_FILTER, narrows, SEARCH_CHARS_MAX } from "../../core/filter.ts";
import { cleared } from "../../core/filter-words.ts";
import { LIBRARY_KEYS } from "../../core/library-keys.ts";
import { analyses } from "../../core/modules.ts";
import { everything, extended, NOTHING_SELECTED, type Selection, toggled, within } from "../../core/selection.ts";
import { Button, IconButton, LinkButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { KeyTable } from "../../ui/keys.tsx";
import { Menu } from "../../ui/menu.tsx";
import { News } from "../../ui/news.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { TypedSearch } from "../../ui/search.tsx";
import { TableSkeleton } from "../../ui/table.tsx";
import { feedOpen } from "../feed.ts";
import { go } from "../router.ts";
import { mustSignIn } from "../session.ts";
import { useShortcuts } from "../shortcuts.ts";
import { BulkBar } from "./bulk.tsx";
import { COLUMN_TITLES, chooseColumns, chosenColumns } from "./columns.tsx";
import { useFacets } from "./facets.ts";
import { AddLibraryFilter, LibraryChips } from "./filters.tsx";
import { useLibrary } from "./kept.ts";
import css from "./library.module.css";
import { RecordingList } from "./list.tsx";
import type { LibraryStore } from "./store.ts";
import { Views, viewNameOf } from "./views.tsx";

function show(filter: Filter): void {
  go({ page: "recordings", filter }, "replace");
}

function Nothing({ filter, session }: { readonly filter: Filter; readonly session: Session }) {
  if (narrows(filter)) {
    return (
      <Empty icon="search" title="Nothing matches" hint="No recording you may see is like that.">
        <Button onClick={() => show(cleared(filter))}>Show all recordings</Button>
      </Empty>
    );
  }
  const may = session.permissions.has("record");
  return (
    <Empty
      icon="record"
      title="No recordings yet"
      hint={`They appear here by themselves, a second after the first one starts: ${may ? "under Live, " : ""}by the command line, or by the workstation's own configuration.`}
    >
      {may && <LinkButton href="/live">Start one</LinkButton>}
    </Empty>
  );
}

interface TroubleProps {
  readonly failure: Failure;
  readonly onRemedy: (failure: Failure) => void;
}

/** Why there is no list. Where the question itself is the trouble, another one helps. */
function Trouble({ failure, onRemedy }: TroubleProps) {
  if (failure.remedy !== "none") return <FailureNotice failure={failure} onRemedy={onRemedy} />;
  return (
    <Notice tone="danger" title={failure.message} hint={failure.hint}>
      <Button small onClick={() => show(NO_FILTER)}>
        Show all recordings
      </Button>
    </Notice>
  );
}

function ColumnsMenu() {
  const chosen = chosenColumns.value;
  return (
    <Menu
      label="Columns"
      align="end"
      trigger={(opens) => <IconButton icon="columns" label="Columns" opens={opens} />}
      entries={Object.entries(COLUMN_TITLES).map(([key, text]) => ({
        text,
        checked: chosen.includes(key),
        onSelect: () => chooseColumns(chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]),
      }))}
    />
  );
}

interface ResultsProps {
  readonly store: LibraryStore;
  readonly session: Session;
  readonly facets: Facets | null;
  readonly onSearch: (prefix: string) => void;
  readonly selection: Selection;
  readonly setSelection: (change: (last: Selection) => Selection) => void;
}

function Results({ store, session, facets, onSearch, selection, setSelection }: ResultsProps) {
  const items = store.items.value;
  const keys = useMemo(() => items?.map((item) => item.id) ?? [], [items]);
  const latest = useRef(keys);
  latest.current = keys;
  const onSelect = useCallback(
    (key: string, range: boolean) =>
      setSelection((last) => (range ? extended(last, latest.current, key) : toggled(last, key))),
    [],
  );
  const kept = useMemo(() => within(selection, keys), [selection, keys]);
  if (items === null) return store.failure.value === null ? <TableSkeleton label="Loading recordings" /> : null;
  if (items.length === 0) return <Nothing filter={store.filter} session={session} />;
  return (
    <>
      <RecordingList
        store={store}
        session={session}
        items={items}
        selection={kept}
        onSelect={onSelect}
        onSelectAll={(on) => setSelection(() => (on ? everything(latest.current) : NOTHING_SELECTED))}
        onOrder={(order) => show({ ...store.filter, order })}
      />
      <BulkBar
        store={store}
        session={session}
        chosen={items.filter((item) => kept.keys.has(item.id))}
        facets={facets}
        onSearch={onSearch}
        onClear={() => setSelection(() => NOTHING_SELECTED)}
      />
    </>
  );
}

function showNews(store: LibraryStore): void {
  if (store.arrived.value === 0) return;
  store.showNew();
  window.scrollTo({ top: 0, behavior: "instant" });
}

export function LibraryPage({ filter, session }: { readonly filter: Filter; readonly session: Session }) {
  const query = filterQuery(filter);
  const store = useLibrary(filter);
  const search = useRef<HTMLInputElement>(null);
  const [facets, onSearch] = useFacets();
  const [selection, setSelection] = useState<Selection>(NOTHING_SELECTED);
  const [helping, setHelping] = useState(false);
  const title = viewNameOf(query) ?? "Recordings";
  useEffect(() => {
    document.title = `${title} · Playhead`;
  }, [title]);
  useEffect(() => setSelection(NOTHING_SELECTED), [query]);
  useShortcuts({
    "/": () => search.current?.select(),
    f: () => document.querySelector<HTMLElement>("[data-add-filter] button")?.click(),
    n: () => showNews(store),
    "?": () => setHelping(true),
    Escape: () => setSelection(NOTHING_SELECTED),
  });

  const failure = store.failure.value;
  const remedy = (asked: Failure): void => {
    if (asked.remedy === "sign-in") mustSignIn();
    else if (asked.remedy === "reload") location.reload();
    else void store.load();
  };
  return (
    <Page>
      <PageHead title={title}>
        <Views query={query} session={session} />
        <ColumnsMenu />
        <IconButton icon="keyboard" label="Keyboard" keys="?" onClick={() => setHelping(true)} />
      </PageHead>
      <div class={css.tools}>
        <div class={css.find}>
          <TypedSearch
            label="Search recordings"
            keys="/"
            value={filter.search}
            maxLength={SEARCH_CHARS_MAX}
            input={search}
            onRest={(text) => show({ ...filter, search: text })}
          />
        </div>
        <span data-add-filter>
          <AddLibraryFilter
            filter={filter}
            facets={facets}
            worked={analyses(session)}
            onSearch={onSearch}
            onChange={show}
          />
        </span>
        <LibraryChips
          filter={filter}
          facets={facets ?? NO_FACETS}
          worked={analyses(session)}
          onSearch={onSearch}
          onChange={show}
        />
      </div>
      {failure !== null && <Trouble failure={failure} onRemedy={remedy} />}
      {failure === null && !feedOpen.value && store.items.value !== null && (
        <Notice
          tone="warn"
          title="The connection to the server is interrupted."
          hint="What you see may be out of date. It is being tried again."
        />
      )}
      <News text={store.arrived.value === 0 ? "" : `${store.arrived.value} new`} onShow={() => showNews(store)} />
      <Results
        store={store}
        session={session}
        facets={facets}
        onSearch={onSearch}
        selection={selection}
        setSelection={setSelection}
      />
      <Dialog title="Keyboard" open={helping} onClose={() => setHelping(false)}>
        <KeyTable groups={LIBRARY_KEYS} />
      </Dialog>
    </Page>
  );
}
