/** The bookmarks beside the player: found, gone to, changed, deleted. */

import type { Bookmark } from "../../core/bookmark.ts";
import { toFailure } from "../../core/failure.ts";
import { positionText } from "../../core/time.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { toast } from "../../ui/toast.tsx";
import css from "./bookmarks.module.css";
import type { BookmarkStore } from "./bookmarks.ts";
import type { PlayerStore } from "./store.ts";

/** Fewer are seen at a glance. */
const SEARCH_FROM = 6;

function say(error: unknown): void {
  const failure = toFailure(error);
  toast({ text: failure.message, hint: failure.hint, tone: "danger" });
}

async function remove(store: BookmarkStore, bookmark: Bookmark): Promise<void> {
  try {
    await store.remove(bookmark);
    const undo = { text: "Undo", do: () => void store.restore(bookmark).catch(say) };
    toast({ text: "Bookmark deleted", icon: "trash", action: undo });
  } catch (error) {
    say(error);
  }
}

function Row({ store, bookmark }: { readonly store: PlayerStore; readonly bookmark: Bookmark }) {
  const { atUs, endUs, text, shared, by, mine } = bookmark;
  const go = (): void => {
    store.setRange(endUs === null ? null : { fromUs: atUs, toUs: endUs });
    store.seek(atUs);
  };
  return (
    <li class={css.row}>
      <button type="button" class={css.go} onClick={go}>
        <span class={`${css.place} figures`}>
          <time>{positionText(atUs)}</time>
          {endUs !== null && <small>– {positionText(endUs)}</small>}
        </span>
        <span class={css.words}>
          {text || "No words"}
          <small>
            {shared && <Icon name="people" size={14} />}
            {mine ? (shared ? "You, shared" : "Only you") : by}
          </small>
        </span>
      </button>
      {mine && (
        <span class={css.deeds}>
          <IconButton small icon="edit" label="Change this bookmark" onClick={() => store.bookmarks.begin(bookmark)} />
          <IconButton
            small
            icon="trash"
            label="Delete this bookmark"
            onClick={() => void remove(store.bookmarks, bookmark)}
          />
        </span>
      )}
    </li>
  );
}

function List({ store }: { readonly store: PlayerStore }) {
  const { bookmarks } = store;
  const failure = bookmarks.failure.value;
  if (failure !== null) {
    return (
      <div role="alert" class={css.none}>
        <p>{failure.message}</p>
        <Button small onClick={() => void bookmarks.load()}>
          Try again
        </Button>
      </div>
    );
  }
  const found = bookmarks.found.value;
  if (!bookmarks.loaded.value) return null;
  if (bookmarks.items.value.length === 0) return <p class={css.none}>None yet. B keeps this moment or range.</p>;
  if (found.length === 0) return <p class={css.none}>None with these words.</p>;
  return (
    <ol class={css.list}>
      {found.map((bookmark) => (
        <Row key={bookmark.id} store={store} bookmark={bookmark} />
      ))}
    </ol>
  );
}

export function BookmarkPanel({ store }: { readonly store: PlayerStore }) {
  const { bookmarks } = store;
  const count = bookmarks.items.value.length;
  return (
    <section aria-labelledby="bookmarks">
      <div class={css.head}>
        <h2 id="bookmarks">Bookmarks {count > 0 && <span class="figures">{count}</span>}</h2>
        <Button small kind="quiet" icon="plus" onClick={() => store.bookmark()}>
          Add
        </Button>
      </div>
      {count >= SEARCH_FROM && (
        <input
          type="search"
          class={css.search}
          aria-label="Search these bookmarks"
          placeholder="Search"
          value={bookmarks.query.value}
          onInput={(event) => {
            bookmarks.query.value = event.currentTarget.value;
          }}
        />
      )}
      <List store={store} />
    </section>
  );
}
