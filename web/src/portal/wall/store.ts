/** The wall's state: who is recorded now and every other workstation, kept current. */

import { batch, signal } from "@preact/signals";
import type { Session } from "../../core/access.ts";
import { type Failure, toFailure } from "../../core/failure.ts";
import { readRecording, readWorkstation, type WorkstationItem } from "../../core/library.ts";
import { readWall, type WallItem } from "../../core/wall.ts";
import { isAbort, requestJson } from "../../net/http.ts";
import { listWorkstations } from "../api.ts";
import { listen } from "../feed.ts";
import { isSignedOut, mustSignIn } from "../session.ts";
import { WallPictures } from "./pictures.ts";

/** The list is asked for this often while somebody looks: it says which pictures are new. */
const ASK_MS = 4_000;
/** After the feed told of a change, at the earliest. */
const SOON_MS = 300;

export class WallStore {
  readonly tiles = signal<readonly WallItem[] | null>(null);
  readonly workstations = signal<readonly WorkstationItem[]>([]);
  readonly failure = signal<Failure | null>(null);
  /** By recording when durable progress was last made. */
  readonly grewAtMs = signal<ReadonlyMap<string, number>>(new Map());
  readonly pictures = new WallPictures();
  private readonly session: Session;
  private readonly stop = new AbortController();
  private readonly unlisten: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;

  constructor(session: Session) {
    this.session = session;
    this.unlisten = listen({
      recording: (value) => {
        const item = readRecording(value, performance.now());
        if (item.grewAtMs !== null) this.grew(item.id, item.grewAtMs);
      },
      workstation: (value) => {
        const item = readWorkstation(value, "workstation", performance.now());
        const others = this.workstations.value.filter((one) => one.id !== item.id);
        this.workstations.value = [...others, item];
        this.schedule(SOON_MS);
      },
      resync: () => this.schedule(SOON_MS),
    });
    document.addEventListener("visibilitychange", this.seen);
  }

  close(): void {
    this.unlisten();
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.timer);
    this.stop.abort();
    this.pictures.close();
  }

  async load(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const { signal } = this.stop;
    try {
      const [tiles, workstations] = await Promise.all([
        this.session.permissions.has("live")
          ? requestJson("/api/wall", { signal }).then((value) => readWall(value, performance.now()))
          : [],
        listWorkstations(signal),
      ]);
      batch(() => {
        this.tiles.value = tiles;
        this.workstations.value = workstations;
        for (const one of [...workstations, ...tiles]) {
          if (one.recording !== null && one.grewAtMs !== null) this.grew(one.recording, one.grewAtMs);
        }
        this.failure.value = null;
      });
    } catch (error) {
      if (isAbort(error)) return;
      if (isSignedOut(error)) mustSignIn();
      else this.failure.value = toFailure(error);
    } finally {
      this.asking = false;
      this.schedule(ASK_MS);
    }
  }

  private readonly seen = (): void => {
    if (document.visibilityState === "visible") this.schedule(0);
    else clearTimeout(this.timer);
  };

  private grew(recording: string, atMs: number): void {
    const known = this.grewAtMs.value.get(recording) ?? Number.NEGATIVE_INFINITY;
    if (atMs > known) this.grewAtMs.value = new Map(this.grewAtMs.value).set(recording, atMs);
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    if (this.stop.signal.aborted || document.visibilityState === "hidden") return;
    this.timer = setTimeout(() => void this.load(), ms);
  }
}
