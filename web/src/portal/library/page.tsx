/** The library: what is being recorded, and what was. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { mayRecord, type Session } from "../../core/access.ts";
import type { Failure } from "../../core/failure.ts";
import { type Filter, NO_FILTER } from "../../core/filter.ts";
import type { WorkstationItem } from "../../core/library.ts";
import type { RecordingState } from "../../core/recording-index.ts";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { feedOpen } from "../feed.ts";
import { go } from "../router.ts";
import { mustSignIn } from "../session.ts";
import css from "./library.module.css";
import { RecordingList, RecordingListSkeleton } from "./list.tsx";
import { LibraryStore } from "./store.ts";
import { WorkstationStrip, WorkstationStripSkeleton } from "./strip.tsx";

const STATES = [
  { value: "all", text: "All" },
  { value: "recording", text: "Recording" },
  { value: "complete", text: "Complete" },
  { value: "interrupted", text: "Interrupted" },
] as const;

function show(filter: Filter): void {
  go({ page: "recordings", filter }, "replace");
}

interface FiltersProps {
  readonly filter: Filter;
  readonly workstations: readonly WorkstationItem[];
}

function Filters({ filter, workstations }: FiltersProps) {
  const names = workstations.map((one) => [one.id, one.name] as const);
  const workstation = filter.workstations[0] ?? null;
  if (workstation !== null && !names.some(([id]) => id === workstation)) names.push([workstation, workstation]);
  return (
    <div class={css.filters}>
      <Segmented
        label="State"
        value={filter.states[0] ?? "all"}
        options={STATES}
        onChange={(state) => show({ ...filter, states: state === "all" ? [] : [state satisfies RecordingState] })}
      />
      {names.length > 1 && (
        <Select
          label="Workstation"
          value={filter.workstations[0] ?? ""}
          options={[["", "All workstations"], ...names]}
          onChange={(name) => show({ ...filter, workstations: name === "" ? [] : [name] })}
        />
      )}
    </div>
  );
}

function Nothing({ filter }: { readonly filter: Filter }) {
  if (filter.states.length > 0 || filter.workstations.length > 0) {
    return (
      <Empty title="Nothing matches" hint="No recording is like that. Others are there without the filter.">
        <Button onClick={() => show(NO_FILTER)}>Show all recordings</Button>
      </Empty>
    );
  }
  return (
    <Empty
      icon="record"
      title="No recordings yet"
      hint="They appear here by themselves, a second after the first one starts: by a button above, by the command line, or by the workstation's own configuration."
    />
  );
}

export function LibraryPage({ filter, session }: { readonly filter: Filter; readonly session: Session }) {
  const store = useMemo(() => new LibraryStore(filter), [JSON.stringify(filter)]);
  useEffect(() => {
    void store.load();
    return () => store.close();
  }, [store]);
  useEffect(() => {
    document.title = "Recordings · Playhead";
  }, []);

  const items = store.items.value;
  const workstations = store.workstations.value;
  const failure = store.failure.value;
  const remedy = (asked: Failure): void => {
    if (asked.remedy === "sign-in") mustSignIn();
    else if (asked.remedy === "reload") location.reload();
    else void store.load();
  };
  return (
    <div class={css.page}>
      <div class={css.head}>
        <h1>Recordings</h1>
        <Filters filter={filter} workstations={workstations ?? []} />
      </div>
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedy} />}
      {failure === null && !feedOpen.value && items !== null && (
        <Notice
          tone="warn"
          title="The connection to the server is interrupted."
          hint="What you see may be out of date. It is being tried again."
        />
      )}
      {workstations === null ? (
        failure === null && <WorkstationStripSkeleton />
      ) : (
        <WorkstationStrip items={workstations} recordings={items ?? []} session={mayRecord(session) ? session : null} />
      )}
      {items === null ? (
        failure === null && <RecordingListSkeleton />
      ) : items.length === 0 ? (
        <Nothing filter={filter} />
      ) : (
        <>
          <RecordingList items={items} more={store.next.value !== null} />
          <More store={store} />
        </>
      )}
    </div>
  );
}

/** Loads the next page when the end of this one comes near. */
function More({ store }: { readonly store: LibraryStore }) {
  const end = useRef<HTMLDivElement>(null);
  const more = store.next.value !== null;
  useEffect(() => {
    const element = end.current;
    if (element === null || !more) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void store.more();
      },
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [store, more, store.next.value]);
  return <div ref={end} aria-hidden="true" />;
}
