/** What a page asks the server for, and what it does: values, lists in pages and orders, each with its failure. */

import { batch, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { type Failure, toFailure } from "../core/failure.ts";
import type { Page } from "../core/people.ts";
import { isAbort } from "../net/http.ts";
import { isSignedOut, mustSignIn } from "./session.ts";

/** What every page does about a failure: sign in, or say it. Null where there is nothing to say. */
function failureOf(error: unknown): Failure | null {
  if (isAbort(error)) return null;
  if (isSignedOut(error)) {
    mustSignIn();
    return null;
  }
  return toFailure(error);
}

/** One value. What is shown stays until the new one is there. */
export class Loaded<T> {
  readonly value: Signal<T | null> = signal(null);
  readonly failure: Signal<Failure | null> = signal(null);
  private readonly ask: (signal: AbortSignal) => Promise<T>;
  private readonly stop = new AbortController();

  constructor(ask: (signal: AbortSignal) => Promise<T>) {
    this.ask = ask;
  }

  async load(): Promise<void> {
    try {
      const value = await this.ask(this.stop.signal);
      batch(() => {
        this.value.value = value;
        this.failure.value = null;
      });
    } catch (error) {
      this.failure.value = failureOf(error) ?? this.failure.value;
    }
  }

  close(): void {
    this.stop.abort();
  }
}

/** A list that comes in pages, by a cursor. */
export class Paged<T> {
  readonly items: Signal<readonly T[] | null> = signal(null);
  readonly failure: Signal<Failure | null> = signal(null);
  readonly loading = signal(false);
  /** Cursor of the next page; null at the end. */
  readonly next: Signal<string | null> = signal(null);
  private readonly ask: (before: string | null, signal: AbortSignal) => Promise<Page<T>>;
  private readonly stop = new AbortController();

  constructor(ask: (before: string | null, signal: AbortSignal) => Promise<Page<T>>) {
    this.ask = ask;
  }

  /** The first page, in the place of all that is shown. */
  async load(): Promise<void> {
    await this.take(null);
  }

  async more(): Promise<void> {
    if (this.next.value !== null && !this.loading.value) await this.take(this.next.value);
  }

  close(): void {
    this.stop.abort();
  }

  private async take(before: string | null): Promise<void> {
    this.loading.value = true;
    try {
      const page = await this.ask(before, this.stop.signal);
      batch(() => {
        this.items.value = before === null ? page.items : [...(this.items.value ?? []), ...page.items];
        this.next.value = page.next;
        this.failure.value = null;
      });
    } catch (error) {
      this.failure.value = failureOf(error) ?? this.failure.value;
    } finally {
      this.loading.value = false;
    }
  }
}

/** Something a person does: one at a time, with what was said against it. */
export class Doing {
  readonly busy = signal(false);
  readonly failure: Signal<Failure | null> = signal(null);

  /** Does it; true when it was done. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.busy.value) return false;
    this.busy.value = true;
    this.failure.value = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.failure.value = failureOf(error);
      return false;
    } finally {
      this.busy.value = false;
    }
  }
}

/** Loads when the page opens, and anew when `key` changes. */
export function useLoaded<T extends { load(): Promise<void>; close(): void }>(key: string, make: () => T): T {
  const loaded = useMemo(make, [key]);
  useEffect(() => {
    void loaded.load();
    return () => loaded.close();
  }, [loaded]);
  return loaded;
}

export function useDoing(): Doing {
  return useMemo(() => new Doing(), []);
}

/** What the button of a failure does. */
export function remedyOf(retry: () => void): (failure: Failure) => void {
  return (failure) => {
    if (failure.remedy === "sign-in") mustSignIn();
    else if (failure.remedy === "reload") location.reload();
    else if (failure.remedy === "back") history.back();
    else retry();
  };
}
