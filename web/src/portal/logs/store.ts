/** The lines that a page shows: what was found, and what comes, without a jump while somebody reads. */

import { batch, signal } from "@preact/signals";
import { type Failure, toFailure } from "../../core/failure.ts";
import {
  belonging,
  type LogList,
  listOf,
  merged,
  NONE_WAITING,
  type Waiting,
  withNewer,
  withOlder,
  withWaiting,
} from "../../core/log-list.ts";
import {
  goesOn,
  type LogFilter,
  type LogLine,
  type LogPage,
  newestFirst,
  placeAfter,
  readLogLine,
} from "../../core/logs.ts";
import { isAbort } from "../../net/http.ts";
import { isSignedOut, mustSignIn } from "../session.ts";
import { Stream } from "../stream.ts";
import { listLines, tailAddress } from "./api.ts";

/** Lines that come are shown together: a hundred a second are not a hundred pictures. */
const FLUSH_MS = 250;
/** So many that came are held until they are shown; past that the list is asked for again. */
const FRESH_MAX = 2_000;

export class LogStore {
  readonly list = signal<LogList | null>(null);
  readonly failure = signal<Failure | null>(null);
  readonly loading = signal(false);
  /** Where looking has come to, while it takes long. */
  readonly searchedTo = signal<Date | null>(null);
  /** Lines that wait until somebody wants them. */
  readonly waiting = signal<Waiting>(NONE_WAITING);
  /** Lines that came too fast to be sent here. */
  readonly lost = signal(0);
  /** Whether somebody has asked for nothing to be added. */
  readonly paused = signal(false);
  /** Whether the list begins at a line of a link, and newer ones are left out. */
  readonly begun = signal(false);
  readonly filter: LogFilter;
  /** When this was asked: what times in words are reckoned from. */
  readonly asked = new Date();
  /** What comes; null where nothing can come that belongs here. */
  readonly stream: Stream | null;
  /** Whether somebody reads, so that nothing may move. */
  private readonly isReading: () => boolean;
  private readonly stop = new AbortController();
  private turn: Promise<void> = Promise.resolve();
  private fresh: LogLine[] = [];
  private overflowed = false;
  private flushTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(filter: LogFilter, isReading: () => boolean) {
    this.filter = filter;
    this.isReading = isReading;
    const listener = {
      onOpen: () => void this.catchUp(),
      onEvent: (name: string, data: string) => this.heard(name, data),
    };
    this.stream = goesOn(filter, this.asked)
      ? new Stream(tailAddress(filter, this.asked), ["line", "lost"], listener)
      : null;
  }

  /**
   * Begins; with the list at a line, where the newest ones do not hold it.
   *
   * @param whole all is wanted, because it is read from its beginning.
   */
  async open(line: string | null, whole: boolean): Promise<void> {
    await this.load();
    if (whole) await this.all();
    const list = this.list.value;
    if (line !== null && list !== null && !list.lines.some((one) => one.id === line)) await this.loadAt(line);
    if (!this.stop.signal.aborted && !this.begun.value) this.stream?.start();
  }

  close(): void {
    this.stream?.stop();
    clearTimeout(this.flushTimer);
    this.stop.abort();
  }

  /** The newest lines, in the place of all that is shown. */
  async load(): Promise<void> {
    await this.guarded(async () => {
      const page = await this.page(null);
      batch(() => {
        this.list.value = listOf(page);
        this.searchedTo.value = page.searchedTo;
        this.waiting.value = NONE_WAITING;
        this.lost.value = 0;
        this.fresh = [];
        this.overflowed = false;
        if (this.begun.value) this.stream?.start();
        this.begun.value = false;
      });
    });
  }

  /** A line and those before it; nothing changes where it is not there. */
  private async loadAt(line: string): Promise<void> {
    await this.guarded(async () => {
      const page = await this.page(placeAfter(line));
      if (page.lines[0]?.id !== line) return;
      batch(() => {
        this.list.value = listOf(page);
        this.searchedTo.value = page.searchedTo;
        this.begun.value = true;
      });
    });
  }

  /** Whether older lines are there that can still be held. */
  get goesOn(): boolean {
    const list = this.list.value;
    return list !== null && list.next !== null && !list.full;
  }

  /** The next page. */
  async more(): Promise<void> {
    await this.guarded(async () => {
      if (!this.goesOn) return;
      const before = this.list.value?.next ?? null;
      const page = await this.page(before);
      batch(() => {
        this.list.value = withOlder(this.list.value as LogList, page);
        this.searchedTo.value = page.searchedTo;
      });
    });
  }

  /** All there is, as far as it can be held. */
  private async all(): Promise<void> {
    while (this.goesOn && this.failure.value === null && !this.stop.signal.aborted) await this.more();
  }

  /** Shows the lines that wait. */
  showWaiting(): void {
    const { lines, overflowed } = this.waiting.value;
    const list = this.list.value;
    if (overflowed || list === null) {
      void this.load();
      return;
    }
    batch(() => {
      this.waiting.value = NONE_WAITING;
      this.list.value = withNewer(list, lines);
    });
  }

  pause(on: boolean): void {
    this.paused.value = on;
    if (!on) this.showWaiting();
  }

  /** What was said between the answer with the list and the beginning of the stream, or while that was interrupted. */
  private async catchUp(): Promise<void> {
    if (this.list.value === null) {
      await this.load();
      return;
    }
    await this.guarded(async () => {
      const page = await this.page(null);
      const first = this.list.value?.lines[0];
      const meets = first === undefined || page.next === null || page.lines.some((one) => newestFirst(one, first) >= 0);
      this.take(page.lines, !meets);
    });
  }

  private heard(name: string, data: string): void {
    if (name === "lost") {
      this.lost.value += Number(data) || 0;
      return;
    }
    let line: LogLine;
    try {
      line = readLogLine(JSON.parse(data));
    } catch (error) {
      this.failure.value = toFailure(error);
      return;
    }
    this.take([line], false);
  }

  /** `more`: there are others between these and what is shown. */
  private take(lines: readonly LogLine[], more: boolean): void {
    this.fresh.push(...lines);
    this.overflowed ||= more;
    if (this.fresh.length > FRESH_MAX) {
      this.fresh = [];
      this.overflowed = true;
    }
    this.flushTimer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  private flush(): void {
    this.flushTimer = undefined;
    const list = this.list.value;
    const fresh = merged([], this.fresh.sort(newestFirst));
    const overflowed = this.overflowed;
    this.fresh = [];
    this.overflowed = false;
    if (list === null) return;
    const known = new Set(list.lines.map((one) => one.id));
    const news = belonging(list, fresh).filter((one) => !known.has(one.id));
    if (news.length === 0 && !overflowed) return;
    const { lines, overflowed: already } = this.waiting.value;
    this.waiting.value = withWaiting({ lines, overflowed: overflowed || already }, news);
    if (!this.paused.value && !this.isReading()) this.showWaiting();
  }

  private page(before: string | null): Promise<LogPage> {
    return listLines(this.filter, this.asked, before, this.stop.signal);
  }

  /** One after another: each begins with what the one before it has left. */
  private guarded(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(() => this.doing(work));
    return this.turn;
  }

  private async doing(work: () => Promise<void>): Promise<void> {
    this.loading.value = true;
    try {
      await work();
      this.failure.value = null;
    } catch (error) {
      if (isAbort(error)) return;
      if (isSignedOut(error)) mustSignIn();
      else this.failure.value = toFailure(error);
    } finally {
      this.loading.value = false;
    }
  }
}
