/** The list of lines: newest first, or about an interaction from its beginning. */

import { useMemo } from "preact/hooks";
import { LINES_MAX, type LogList } from "../../core/log-list.ts";
import { type LogFilter, type LogLine, logsAddress, logsQuery, NO_LOG_FILTER } from "../../core/logs.ts";
import { dayText } from "../../core/time.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Notice } from "../../ui/notice.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Table } from "../../ui/table.tsx";
import { wallNow } from "../clock.ts";
import { go } from "../router.ts";
import { LogRow, logColumns } from "./columns.tsx";
import type { LogStore } from "./store.ts";

const keyOf = (line: LogLine): string => line.id;
const narrowOf = (line: LogLine) => <LogRow line={line} />;

/** Thousands of lines are of few days: their words are made once. */
function dayOf(): (line: LogLine) => string {
  const known = new Map<string, string>();
  const now = wallNow();
  return (line) => {
    const day = line.at.toDateString();
    const text = known.get(day) ?? dayText(line.at, now);
    known.set(day, text);
    return text;
  };
}

interface LinesProps {
  readonly store: LogStore;
  readonly list: LogList;
  readonly filter: LogFilter;
  /** The line that is open, or was last. */
  readonly marked: string | null;
  readonly onOpen: (line: LogLine) => void;
}

export function Lines({ store, list, filter, marked, onOpen }: LinesProps) {
  const isTimeline = store.filter.interaction !== "";
  const rows = useMemo(() => (isTimeline ? list.lines.toReversed() : list.lines), [list, isTimeline]);
  const first = isTimeline ? (rows[0] ?? null) : null;
  const columns = useMemo(() => logColumns(filter, first), [filter, first]);
  const groupOf = useMemo(dayOf, []);
  const more = list.next !== null && !list.full;
  const searchedTo = store.searchedTo.value;
  if (rows.length === 0 && !more) return <Nothing filter={store.filter} />;
  return (
    <>
      {isTimeline && list.full && <Full list={list} filter={filter} />}
      <div aria-busy={store.list.value === null}>
        <Table<LogLine>
          label="Lines"
          dense
          columns={columns}
          rows={rows}
          keyOf={keyOf}
          groupOf={groupOf}
          narrow={narrowOf}
          onOpen={onOpen}
          marked={marked}
          more={more}
          pageKeys
        />
      </div>
      {!isTimeline && (
        <Pager
          more={more}
          loading={store.loading.value || store.list.value === null}
          busy={searchedTo === null ? "Loading more …" : `Looked back to ${searchedTo.toLocaleString()}; going on …`}
          end={
            list.full
              ? ""
              : logsQuery(filter) === ""
                ? "This is where the logs begin."
                : "That is all that is like this."
          }
          onMore={() => void store.more()}
        />
      )}
      {!isTimeline && list.full && <Full list={list} filter={filter} />}
    </>
  );
}

/** There is more than a page holds. */
function Full({ list, filter }: { readonly list: LogList; readonly filter: LogFilter }) {
  const oldest = list.lines.at(-1);
  // Instants of an address are of milliseconds: the last lines are shown again.
  const to = new Date((oldest?.at.getTime() ?? 0) + 1).toISOString();
  return (
    <Notice
      icon="logs"
      title={`${LINES_MAX.toLocaleString("en")} lines are shown, and there are older ones.`}
      hint="Narrow them further, download all of them, or go on from here."
    >
      <Button small onClick={() => go(logsAddress({ ...filter, when: null, to }))}>
        Go on from here
      </Button>
    </Notice>
  );
}

function Nothing({ filter }: { readonly filter: LogFilter }) {
  if (logsQuery(filter) === "") {
    return (
      <Empty
        icon="logs"
        title="Nothing has been said yet"
        hint="Workstations and this server write here by themselves, and whatever sends syslog to port 5638."
      />
    );
  }
  const looser = { ...filter, q: "", level: NO_LOG_FILTER.level };
  const isOffered = logsQuery(looser) !== "" && logsQuery(looser) !== logsQuery(filter);
  return (
    <Empty
      icon="search"
      title="No line is like that"
      hint="Text is found anywhere in a line and its values, in any case."
    >
      {isOffered && <Button onClick={() => go(logsAddress(looser), "replace")}>Any text, every level</Button>}
      <Button onClick={() => go("/logs", "replace")}>Show all lines</Button>
    </Empty>
  );
}
