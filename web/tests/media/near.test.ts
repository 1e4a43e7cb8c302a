/** From where media come: straight from the recording's site where that answers, else from the page's own server. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Reach, reach } from "../../src/media/near.ts";
import { MediaService } from "../../src/media/service.ts";
import { TokenClient } from "../../src/media/tokens.ts";

const SITE = "https://site.example";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function network(answers: (url: string) => Response | null): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    const answer = answers(url);
    return answer === null ? Promise.reject(new TypeError("unreachable")) : Promise.resolve(answer);
  });
  return asked;
}

const settled = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(10);
};

test("what has not answered yet is not waited for, and used once it has", async () => {
  const found = new Reach();
  network(() => new Response(null, { status: 204 }));
  expect(found.find([SITE])).toBeNull();
  await settled();
  expect(found.find([SITE])).toBe(SITE);
  found.failed(SITE);
  expect(found.find([SITE])).toBeNull();
});

test("what cannot be reached is tried again after five minutes", async () => {
  const found = new Reach();
  const asked = network(() => null);
  found.find([SITE]);
  await settled();
  found.find([SITE]);
  await settled();
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(300_001);
  found.find([SITE]);
  await settled();
  expect(asked).toHaveLength(2);
});

test("the player takes the way that is there", async () => {
  let isHere = true;
  const asked = network((url) => {
    if (url.startsWith(SITE) && !isHere) return null;
    if (url === "/token") {
      const near = { origins: [SITE], token: "theirs" };
      return new Response(JSON.stringify({ token: "ours", expiresAt: new Date(Date.now() + 60_000), near }));
    }
    return new Response("x");
  });
  const service = new MediaService("r", new TokenClient("/token", "r", ""));
  const signal = new AbortController().signal;
  await service.initialisation("s", 1, 0, signal);
  await settled();
  await service.initialisation("s", 1, 0, signal);
  isHere = false;
  await service.initialisation("s", 1, 0, signal);
  await service.initialisation("s", 1, 0, signal);
  const path = "/media/r/s/init?track=1&epoch=0";
  expect(asked.filter((url) => url.endsWith(path))).toEqual([path, SITE + path, SITE + path, path, path]);
  reach.failed(SITE);
});

test("where the user has said no nobody is asked, and a change of mind counts at once", async () => {
  const found = new Reach();
  const permission = Object.assign(new EventTarget(), { state: "denied" });
  vi.stubGlobal("navigator", { permissions: { query: () => Promise.resolve(permission) } });
  const asked = network(() => new Response(null, { status: 204 }));
  found.find([SITE]);
  await settled();
  expect(asked).toEqual([]);
  permission.state = "granted";
  permission.dispatchEvent(new Event("change"));
  found.find([SITE]);
  await settled();
  expect(found.find([SITE])).toBe(SITE);
  expect(asked).toHaveLength(1);
});

test("what was reached and says nothing any more is given up for the page's own server", async () => {
  let isHere = true;
  const near = { origins: [SITE], token: "theirs" };
  const token = JSON.stringify({ token: "ours", expiresAt: new Date(Date.now() + 60_000), near });
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    if (!url.startsWith(SITE) || isHere) return Promise.resolve(new Response(url === "/token" ? token : "x"));
    return new Promise((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("late", "AbortError")));
    });
  });
  const service = new MediaService("r", new TokenClient("/token", "r", ""));
  const signal = new AbortController().signal;
  await service.initialisation("s", 1, 0, signal);
  await settled();
  isHere = false;
  const began = performance.now();
  const asking = service.initialisation("s", 1, 0, signal);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await asking).toHaveProperty("byteLength", 1);
  expect(performance.now() - began).toBeLessThanOrEqual(2_100);
  reach.failed(SITE);
});
