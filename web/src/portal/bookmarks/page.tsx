/** Every bookmark one may see: moments and ranges of recordings, with a line of words. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import type { Bookmark } from "../../core/bookmark.ts";
import { type Failure, toFailure } from "../../core/failure.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { SearchBox } from "../../ui/search.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { go } from "../router.ts";
import { mustSignIn } from "../session.ts";
import css from "./bookmarks.module.css";
import { Actions, type BookmarkActions, bookmarkAddress, bookmarkColumns, NarrowBookmark } from "./columns.tsx";
import { EditBookmark } from "./edit.tsx";
import { RecordingLookup } from "./recordings.ts";
import { BookmarksStore } from "./store.ts";

const TYPING_MS = 220;

const keyOf = (bookmark: Bookmark): string => bookmark.id;

function show(words: string): void {
  go({ page: "bookmarks", query: words === "" ? "" : new URLSearchParams({ q: words }).toString() }, "replace");
}

async function copy(bookmark: Bookmark): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.origin + bookmarkAddress(bookmark));
    toast({ text: "The link is copied." });
  } catch {
    // Only pages served securely may write to the clipboard.
    toast({ text: "The link could not be copied.", hint: location.origin + bookmarkAddress(bookmark), tone: "danger" });
  }
}

async function remove(store: BookmarksStore, bookmark: Bookmark): Promise<void> {
  const at = store.items.value?.indexOf(bookmark) ?? 0;
  const failed = (error: unknown): void => {
    const { message, hint } = toFailure(error);
    toast({ text: message, hint, tone: "danger" });
  };
  try {
    await store.remove(bookmark);
    toast({
      text: "The bookmark is deleted.",
      action: { text: "Undo", do: () => void store.restore(bookmark, at).catch(failed) },
    });
  } catch (error) {
    failed(error);
  }
}

function Nothing({ words }: { readonly words: string }) {
  if (words !== "") {
    return (
      <Empty icon="search" title="Nothing matches" hint={`No bookmark says “${words}”.`}>
        <Button onClick={() => show("")}>Show all bookmarks</Button>
      </Empty>
    );
  }
  return (
    <Empty
      icon="bookmark"
      title="No bookmarks yet"
      hint="While a recording plays, press B to keep the moment with a line of words. Shared ones of others appear here as well."
    >
      <LinkButton href="/recordings">To the recordings</LinkButton>
    </Empty>
  );
}

export function BookmarksPage({ query, session }: { readonly query: string; readonly session: Session }) {
  const words = new URLSearchParams(query).get("q") ?? "";
  const store = useMemo(() => new BookmarksStore(words, session), [words, session]);
  const lookup = useMemo(() => new RecordingLookup(), []);
  const [text, setText] = useState(words);
  const [edited, setEdited] = useState<Bookmark | null>(null);
  const actions = useMemo(
    (): BookmarkActions => ({
      lookup,
      edit: setEdited,
      remove: (one) => void remove(store, one),
      copy: (one) => void copy(one),
    }),
    [store, lookup],
  );
  const columns = useMemo(() => bookmarkColumns(actions), [actions]);
  const beside = useMemo(() => (one: Bookmark) => <Actions bookmark={one} actions={actions} />, [actions]);
  const narrow = useMemo(() => (one: Bookmark) => <NarrowBookmark bookmark={one} lookup={lookup} />, [lookup]);
  useEffect(() => {
    void store.load();
    return () => store.close();
  }, [store]);
  useEffect(() => () => lookup.close(), [lookup]);
  useEffect(() => {
    document.title = "Bookmarks · Playhead";
  }, []);
  useEffect(() => {
    if (text.trim() === words) return;
    const timer = setTimeout(() => show(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);

  const items = store.items.value;
  const failure = store.failure.value;
  const remedy = (asked: Failure): void => {
    if (asked.remedy === "sign-in") mustSignIn();
    else if (asked.remedy === "reload") location.reload();
    else if (asked.remedy === "back") go("/recordings");
    else void store.load();
  };
  return (
    <Page>
      <PageHead title="Bookmarks">
        <div class={css.find}>
          <SearchBox label="Search bookmarks" value={text} onInput={setText} />
        </div>
      </PageHead>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedy} />}
      {items === null ? (
        failure === null && <TableSkeleton label="Loading bookmarks" />
      ) : items.length === 0 ? (
        <Nothing words={words} />
      ) : (
        <div>
          <Table<Bookmark>
            label="Bookmarks"
            columns={columns}
            rows={items}
            keyOf={keyOf}
            href={bookmarkAddress}
            narrow={narrow}
            beside={beside}
            more={store.next.value !== null}
            pageKeys
          />
          <Pager more={store.next.value !== null} loading={store.loading.value} onMore={() => void store.more()} />
        </div>
      )}
      {edited !== null && (
        <EditBookmark
          bookmark={edited}
          store={store}
          mayShare={session.permissions.has("annotate")}
          onClose={() => setEdited(null)}
        />
      )}
    </Page>
  );
}
