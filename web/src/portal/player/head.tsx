/** What is played, and what can be done with the whole of it. */

import { useEffect } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { liveness, type WorkstationItem } from "../../core/library.ts";
import { erases } from "../../core/modules.ts";
import { clockText, dayText } from "../../core/time.ts";
import { Badge } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { BlackoutButton } from "../blackout/button.tsx";
import { isDark } from "../blackout/line.tsx";
import { nowMs } from "../clock.ts";
import { DeleteButton } from "./delete.tsx";
import css from "./player.module.css";
import type { PlayerStore } from "./store.ts";
import { Why } from "./why.tsx";

interface HeadProps {
  readonly store: PlayerStore;
  readonly session: Session;
  /** Where it is being recorded; null where it is not, or nobody may know. */
  readonly workstation: WorkstationItem | null;
  readonly onBack: () => void;
}

export function Head({ store, session, workstation, onBack }: HeadProps) {
  const item = store.item.value;
  const live = item !== null && liveness(item, nowMs.value) === "live";
  // It goes on, and nothing of the screen is in it.
  const dark = workstation !== null && workstation.recording === item?.id && isDark(workstation);
  const title = item === null ? "Recording" : `${item.agent || "Unknown agent"}`;
  const hasRange = (store.snapshot.value?.range ?? null) !== null;
  useEffect(() => {
    document.title = `${title} · Playhead`;
  }, [title]);
  return (
    <div class={css.head}>
      <IconButton icon="back" label="All recordings" onClick={onBack} />
      <h1>
        {item === null && store.failure.value === null ? <Bone width="12rem" /> : title}
        {item !== null && (
          <small class="figures">
            {item.workstation.name} · {dayText(item.startedAt, new Date())}, {clockText(item.startedAt)}
          </small>
        )}
      </h1>
      <span class={css.badges}>
        {live && dark && (
          <Badge>
            <Icon name="blackout" size={12} />
            Blackout
          </Badge>
        )}
        {live && !dark && (
          <Badge tone="live" dot>
            Recording now
          </Badge>
        )}
        {item?.state === "interrupted" && <Badge tone="warn">Interrupted</Badge>}
      </span>
      <span class={css.deeds}>
        {workstation !== null && <BlackoutButton brief item={workstation} session={session} />}
        <Why id={store.id} />
        {store.download.isOffered && (
          <IconButton icon="download" label="Download as MP4" keys="D" onClick={() => store.download.show()} />
        )}
        {hasRange && (
          <IconButton
            icon="share"
            label="Copy a link to this range"
            keys="Shift+C"
            onClick={() => void store.copyLink(true)}
          />
        )}
        <IconButton
          icon="link"
          label="Copy a link to this moment"
          keys="C"
          onClick={() => void store.copyLink(false)}
        />
        {item !== null && erases(session) && <DeleteButton item={item} session={session} />}
      </span>
    </div>
  );
}
