/** An agent's own page: what was recorded about them, why, and who watched it. */

import { useEffect } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { byDay, type MineItem, ongoing } from "../../core/mine.ts";
import { Icon } from "../../ui/icon.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { wallNow } from "../clock.ts";
import { Paged, remedyOf, useLoaded } from "../loaded.ts";
import { listMine } from "./api.ts";
import { MineEntry } from "./entry.tsx";
import css from "./mine.module.css";

/** What the person should know before they read the list. */
const LEAD =
  "Everything that was recorded of your work on this site, why, and everybody who has looked at it. Nothing is left out.";

export function MinePage({ session }: { readonly query: string; readonly session: Session }) {
  const mine = useLoaded(session.user, () => new Paged<MineItem>(listMine));
  useEffect(() => {
    document.title = "My recordings · Playhead";
  }, []);
  const items = mine.items.value;
  const failure = mine.failure.value;
  const more = mine.next.value !== null;
  return (
    <Page width="text">
      <PageHead title="My recordings" lead={LEAD} />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void mine.load())} />}
      {items === null && failure === null && <MineSkeleton />}
      {items?.length === 0 && (
        <Empty
          icon="person"
          title="Nothing was recorded about you"
          hint={`No recording belongs to the login “${session.user}”. When one does, it appears here, with everybody who watches it.`}
        />
      )}
      {items !== null && items.length > 0 && (
        <>
          <Now items={items} />
          <Days items={items} session={session} />
          <Pager
            more={more}
            loading={mine.loading.value}
            end="That is all there is about you."
            onMore={() => void mine.more()}
          />
          <Questions />
        </>
      )}
    </Page>
  );
}

/** Said first and plainly, because it matters most to whom it concerns. */
function Now({ items }: { readonly items: readonly MineItem[] }) {
  const now = ongoing(items);
  if (now === null) return null;
  return (
    <p class={css.now} role="status">
      <Icon name="record" size={18} />
      <span>Your screen is being recorded now, at {now.recording.workstation.name}.</span>
    </p>
  );
}

interface DaysProps {
  readonly items: readonly MineItem[];
  readonly session: Session;
}

function Days({ items, session }: DaysProps) {
  const now = wallNow();
  return byDay(items, now).map(({ day, items: ofDay }) => (
    <section key={day} class={css.day} aria-label={day}>
      <h2>{day}</h2>
      <ul class={css.list}>
        {ofDay.map((item) => (
          <MineEntry key={item.recording.id} item={item} me={session.user} mayPlay={can(session, "play")} />
        ))}
      </ul>
    </section>
  ));
}

function Questions() {
  return (
    <aside class={css.questions} aria-label="Good to know">
      <h2>Good to know</h2>
      <p>
        Who watches a recording is written into a log that nobody can change without it being seen; this page is made
        from it. That you watch your own recordings is written there too, like anybody’s.
      </p>
      <p>
        A blackout leaves out what the screen shows for a while: nothing of it is recorded, so nobody can watch it. If
        something here seems wrong, ask your supervisor or whoever looks after Playhead, and name the recording.
      </p>
    </aside>
  );
}

function MineSkeleton() {
  return (
    <div class={css.day} role="status" aria-label="Loading">
      <Bone width="6rem" height="1.2rem" />
      <div class={css.list}>
        {[0, 1, 2].map((at) => (
          <div key={at} class={css.item}>
            <Bone width="60%" height="4.6rem" />
          </div>
        ))}
      </div>
    </div>
  );
}
