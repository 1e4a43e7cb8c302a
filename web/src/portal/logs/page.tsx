/** The logs of every machine: found, followed as they are said, and about one interaction as one timeline. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { can, type Session } from "../../core/access.ts";
import { LOG_KEYS } from "../../core/log-keys.ts";
import { type LogTarget, targetOf } from "../../core/log-levels.ts";
import { type LogList, waitingText } from "../../core/log-list.ts";
import { type LogFilter, type LogLine, logsAddress, logsQuery, readLogsPlace } from "../../core/logs.ts";
import { IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { KeyTable } from "../../ui/keys.tsx";
import { News } from "../../ui/news.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Page, PageHead } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/table.tsx";
import { AtSite } from "../at-site.tsx";
import { remedyOf } from "../loaded.ts";
import { Refused } from "../refused.tsx";
import { go } from "../router.ts";
import { useShortcuts } from "../shortcuts.ts";
import { LogFilters } from "./filters.tsx";
import { RaiseDialog, Raised, useRaisedLogs } from "./levels.tsx";
import { LineDrawer } from "./line.tsx";
import { Lines } from "./list.tsx";
import { Download, Following, Notes } from "./status.tsx";
import { LogStore } from "./store.ts";

/** Above this much of scrolling somebody reads further down. */
const READING_PX = 40;

export function LogsPage({ query, session }: { readonly query: string; readonly session: Session }) {
  if (!can(session, "operate")) return <Refused what="reading the logs" />;
  return (
    <AtSite session={session}>
      <Logs query={query} session={session} />
    </AtSite>
  );
}

/** Whether somebody is at a line, so that none may move. */
function isReading(): boolean {
  if (window.scrollY > READING_PX || document.querySelector("dialog[open]") !== null) return true;
  if (document.getSelection()?.isCollapsed === false) return true;
  return document.querySelector("[role=grid]")?.contains(document.activeElement) ?? false;
}

function useLogs(filter: LogFilter, line: string | null): LogStore {
  const query = logsQuery(filter);
  const isTimeline = filter.interaction !== "";
  // New lines of a timeline stand at its end: nothing moves.
  const store = useMemo(() => new LogStore(filter, isTimeline ? () => false : isReading), [query]);
  useEffect(() => {
    void store.open(line, isTimeline);
    window.scrollTo({ top: 0, behavior: "instant" });
    return () => store.close();
  }, [store]);
  useEffect(() => {
    const onScroll = (): void => {
      if (!store.paused.value && !isReading()) store.showWaiting();
    };
    window.addEventListener("scrollend", onScroll);
    return () => window.removeEventListener("scrollend", onScroll);
  }, [store]);
  return store;
}

function Logs({ query, session }: { readonly query: string; readonly session: Session }) {
  const place = useMemo(() => readLogsPlace(query), [query]);
  const { filter, line } = place;
  const store = useLogs(filter, line);
  const raised = useRaisedLogs();
  const services = raised.value.value?.services ?? null;
  const [raising, setRaising] = useState<LogTarget | null>(null);
  const [helping, setHelping] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const shown = useRef<LogList | null>(null);
  shown.current = store.list.value ?? (store.failure.value === null ? shown.current : null);
  const list = shown.current;
  const isTimeline = store.filter.interaction !== "";
  // Also after it was closed: one finds it again in the list.
  const marked = useRef(line);
  marked.current = line ?? marked.current;
  useEffect(() => {
    document.title = "Logs · Playhead";
  }, []);
  useShortcuts({
    "/": () => search.current?.select(),
    f: () => document.querySelector<HTMLElement>("[data-add-filter] button")?.click(),
    n: () => showNews(store),
    "?": () => setHelping(true),
    p: () => store.stream !== null && store.pause(!store.paused.value),
  });
  const change = useCallback((next: LogFilter) => go(logsAddress(next), "replace"), []);
  const onOpen = useCallback((one: LogLine | null) => go(logsAddress(filter, one?.id ?? null), "replace"), [filter]);
  const failure = store.failure.value;
  return (
    <Page>
      <PageHead
        title={isTimeline ? "Logs of an interaction" : "Logs"}
        lead={
          isTimeline
            ? "What everybody said about it, in the order in which it happened."
            : "What every workstation, this server and all that sends its logs here have said."
        }
      >
        <Following store={store} />
        <Download store={store} />
        <IconButton icon="keyboard" label="Keyboard" keys="?" onClick={() => setHelping(true)} />
      </PageHead>
      <LogFilters filter={filter} lines={list?.lines ?? []} input={search} onChange={change} />
      {failure !== null && failure.code !== "logs.not_kept" && (
        <FailureNotice failure={failure} onRemedy={remedyOf(() => void store.load())} />
      )}
      <Notes store={store} />
      <Raised raised={raised} session={session} />
      {!isTimeline && <News text={waitingText(store.waiting.value)} onShow={() => showNews(store)} />}
      {list === null && failure === null && <TableSkeleton label="Loading the logs" />}
      {failure?.code === "logs.not_kept" && <NotKept />}
      {list !== null && <Lines store={store} list={list} filter={filter} marked={marked.current} onOpen={onOpen} />}
      <LineDrawer
        lines={list?.lines ?? []}
        open={line}
        filter={filter}
        session={session}
        onMove={(id) => go(logsAddress(filter, id), "replace")}
        onRaise={services === null ? null : (of) => setRaising(targetOf(of, services))}
      />
      <Dialog title="Keyboard" open={helping} onClose={() => setHelping(false)}>
        <KeyTable groups={LOG_KEYS} />
      </Dialog>
      {raising !== null && (
        <RaiseDialog target={raising} raised={raised} session={session} onClose={() => setRaising(null)} />
      )}
    </Page>
  );
}

function showNews(store: LogStore): void {
  if (waitingText(store.waiting.value) === "") return;
  store.showWaiting();
  window.scrollTo({ top: 0, behavior: "instant" });
}

function NotKept() {
  return (
    <Empty
      icon="logs"
      title="No logs are kept here"
      hint="This server was started without its logging service: see [logs] in its configuration."
    />
  );
}
