/** What the network does to the player, with the network made up and time made fast. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Failure, PlayheadError } from "../../src/core/failure.ts";
import { type Connection, Persistence } from "../../src/media/connection.ts";
import { RENEW_BEFORE_MS, TokenClient } from "../../src/media/tokens.ts";
import { Backoff } from "../../src/net/backoff.ts";
import { request } from "../../src/net/http.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const AWAY: Failure = { code: "net.unreachable", message: "Away.", hint: "", remedy: "retry" };
const NEVER: Failure = { code: "access.refused", message: "No.", hint: "", remedy: "back" };

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

test("waits grow to a limit, and begin anew after something worked", () => {
  const backoff = new Backoff();
  expect(Array.from({ length: 7 }, () => backoff.next())).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
  backoff.reset();
  expect(backoff.next()).toBe(250);
});

describe("Persistence", () => {
  test("tries again until it works, and says so meanwhile", async () => {
    const said: Connection["status"][] = [];
    const stop = new AbortController();
    const persistence = new Persistence(stop.signal, (connection) => said.push(connection.status));
    let left = 3;
    const done = persistence.until("index", stop.signal, async () => {
      left -= 1;
      if (left > 0) throw new PlayheadError(AWAY);
      return "here";
    });
    await vi.advanceTimersByTimeAsync(750);
    expect(await done).toBe("here");
    expect(said).toEqual(["retrying", "retrying", "ok"]);
  });

  test("does not wait when someone asks for now", async () => {
    const stop = new AbortController();
    const persistence = new Persistence(stop.signal, () => undefined);
    let tries = 0;
    const done = persistence.until("index", stop.signal, async () => {
      tries += 1;
      if (tries < 3) throw new PlayheadError(AWAY);
    });
    await vi.advanceTimersByTimeAsync(0);
    persistence.now();
    await vi.advanceTimersByTimeAsync(0);
    persistence.now();
    await vi.advanceTimersByTimeAsync(0);
    await done;
    expect(tries).toBe(3);
  });

  test("gives up at once what waiting cannot mend, and tells the worst of several", async () => {
    let last: Connection = { status: "ok" };
    const stop = new AbortController();
    const persistence = new Persistence(stop.signal, (connection) => {
      last = connection;
    });
    const waiting = persistence.until("live", stop.signal, () => Promise.reject(new PlayheadError(AWAY)));
    await vi.advanceTimersByTimeAsync(0);
    await expect(
      persistence.until("pieces", stop.signal, () => Promise.reject(new PlayheadError(NEVER))),
    ).rejects.toThrow("access.refused");
    expect(last).toEqual({ status: "failed", failure: NEVER });
    persistence.report("pieces", null);
    expect(last.status).toBe("retrying");
    const ended = expect(waiting).rejects.toBeDefined();
    stop.abort();
    await ended;
    expect(last.status).toBe("ok");
  });
});

describe("request", () => {
  test("tells the server's own words", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(answer(403, { error: { code: "a.b", message: "M.", hint: "H." } })));
    await expect(request("/x")).rejects.toMatchObject({
      failure: { code: "a.b", message: "M.", hint: "H.", remedy: "back" },
    });
  });

  test("has words of its own where a proxy answers", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("<html>", { status: 502 })));
    await expect(request("/x")).rejects.toMatchObject({ failure: { code: "http.502", remedy: "retry" } });
  });

  test("an answer that does not begin in time is a failure, an abort is not", async () => {
    vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
      return new Promise((_resolve, reject) =>
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason)),
      );
    });
    const late = expect(request("/x")).rejects.toMatchObject({ failure: { hint: "It did not answer in time." } });
    await vi.advanceTimersByTimeAsync(10_000);
    await late;
    const stop = new AbortController();
    const aborted = expect(request("/x", { signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
    stop.abort();
    await aborted;
  });
});

describe("TokenClient", () => {
  function serving(lifetimeMs: number): { client: TokenClient; asked: RequestInit[] } {
    const asked: RequestInit[] = [];
    vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
      asked.push(init);
      const expiresAt = new Date(Date.now() + lifetimeMs).toISOString();
      return Promise.resolve(answer(200, { token: `t${asked.length}`, expiresAt }));
    });
    return { client: new TokenClient("http://host:5650/token", "rec", "csrf"), asked };
  }

  test("asks once for many, with what the service wants", async () => {
    const { client, asked } = serving(60_000);
    expect(await Promise.all([client.get(), client.get(), client.get()])).toEqual(["t1", "t1", "t1"]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: "POST", credentials: "include", headers: { "X-CSRF-Token": "csrf" } });
    expect(JSON.parse(asked[0]?.body as string)).toEqual({ recording: "rec", actions: ["play", "live"] });
  });

  test("renews before the end, not at it", async () => {
    const { client } = serving(60_000);
    await client.get();
    await vi.advanceTimersByTimeAsync(60_000 - RENEW_BEFORE_MS - 1);
    expect(await client.get()).toBe("t1");
    await vi.advanceTimersByTimeAsync(1);
    expect(await client.get()).toBe("t2");
  });

  test("replaces a token that was refused", async () => {
    const { client } = serving(60_000);
    await client.get();
    client.forget();
    expect(await client.get()).toBe("t2");
  });

  test("a clock that is wrong by an hour neither renews all the time nor never", async () => {
    for (const lifetimeMs of [-3_600_000, 3_600_000]) {
      const { client, asked } = serving(lifetimeMs);
      await client.get();
      await vi.advanceTimersByTimeAsync(4_000);
      await client.get();
      expect(asked).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(40_000);
      await client.get();
      expect(asked).toHaveLength(2);
    }
  });
});
