/** Small pictures: asked for once, the nearest first, and never more than may be held. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Pictures } from "../../src/core/pictures.ts";
import type { MediaService } from "../../src/media/service.ts";
import { PREFETCHES_MAX, SINGLES_MAX, SPRITES_MAX, Thumbnails } from "../../src/media/thumbnails.ts";

const S = 1_000_000;
const TILES = 25;

/** A recording with so many sprites, and a server that answers when told to. */
function world(sprites: number, tail = 0) {
  const count = sprites * TILES + tail;
  const thumbnails = Array.from({ length: count }, (_, at) => ({ record: at, track: 1, atUs: at * 10 * S }));
  const sheets = Array.from({ length: sprites }, (_, at) => ({
    first: at * TILES,
    track: 1,
    columns: 5,
    width: 160,
    height: 90,
    atUs: thumbnails.slice(at * TILES, (at + 1) * TILES).map((one) => one.atUs),
  }));
  const asked: string[] = [];
  const waiting: { readonly key: string; readonly answer: (blob: Blob) => void; readonly refuse: () => void }[] = [];
  const ask = (key: string): Promise<Blob> => {
    asked.push(key);
    return new Promise((answer, reject) => {
      waiting.push({ key, answer, refuse: () => reject(new Error("gone")) });
    });
  };
  const service = {
    sprite: (_: string, first: number) => ask(`sprite ${first}`),
    thumbnail: (_: string, record: number) => ask(`single ${record}`),
  } as unknown as MediaService;
  const stop = new AbortController();
  const held = new Thumbnails(service, stop.signal);
  const pictures = new Pictures([{ id: "a", offsetUs: 0, thumbnails, sprites: sheets }], 1);
  const settle = async (): Promise<void> => {
    for (const one of waiting.splice(0)) one.answer(new Blob([one.key]));
    await vi.waitFor(() => Promise.resolve());
  };
  return { asked, waiting, stop, held, source: held.source(() => pictures), settle };
}

let revoked: string[] = [];

beforeEach(() => {
  let made = 0;
  revoked = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => {
    made += 1;
    return `blob:${made}`;
  });
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void revoked.push(url));
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("small pictures", () => {
  test("a sprite is asked for once and serves its 25 places at once from then on", async () => {
    const { asked, source, settle } = world(2);
    expect(source.peek(70 * S)).toBeNull();
    const wanted = [source.get(70 * S), source.get(80 * S)];
    await settle();
    expect((await Promise.all(wanted)).map((one) => [one?.url, one?.sharp])).toEqual([
      ["blob:1", false],
      ["blob:1", false],
    ]);
    expect(source.peek(240 * S)?.of.tile).toMatchObject({ left: 640, top: 360 });
    expect(source.peek(250 * S)).toBeNull();
    expect(asked).toEqual(["sprite 0"]);
  });

  test("who looks longer gets the picture itself, and so does what no sprite has", async () => {
    const { asked, source, settle } = world(1, 1);
    const tile = source.get(0);
    await settle();
    const sharp = source.sharpen((await tile)?.of ?? expect.fail("no tile"));
    await settle();
    expect((await sharp)?.sharp).toBe(true);
    expect(source.peek(0)).toMatchObject({ sharp: true });
    const newest = source.get(9_999 * S);
    await settle();
    expect(await newest).toMatchObject({ sharp: true, of: { record: 25 } });
    expect(asked).toEqual(["sprite 0", "single 0", "single 25"]);
  });

  test("one that cannot be had is asked for as itself, then is none; later it is asked for again", async () => {
    const { asked, waiting, source } = world(1);
    const lost = source.get(0);
    waiting.shift()?.refuse();
    await vi.waitUntil(() => waiting.length > 0);
    waiting.shift()?.refuse();
    expect(await lost).toBeNull();
    void source.get(0);
    expect(asked).toEqual(["sprite 0", "single 0", "sprite 0"]);
  });

  test("around the pointer the nearest come first, a few at a time, until it leaves", async () => {
    const { asked, source, settle } = world(6);
    source.prefetch(3 * TILES * 10 * S);
    expect(asked).toHaveLength(PREFETCHES_MAX);
    for (let round = 0; round < 3; round += 1) await settle();
    expect(asked).toEqual(["sprite 75", "sprite 50", "sprite 100", "sprite 25"]);
    source.rest();
    await settle();
    expect(asked).toHaveLength(4);
  });

  test("while the picture is waited for nothing is prefetched, but what somebody points at comes", async () => {
    const { asked, source, held, settle } = world(6);
    held.yieldWhile(true);
    source.prefetch(0);
    expect(asked).toEqual([]);
    void source.get(2 * TILES * 10 * S);
    expect(asked).toEqual(["sprite 50"]);
    await settle();
    held.yieldWhile(false);
    expect(asked).toEqual(["sprite 50", "sprite 0"]);
  });

  test("before anybody points, no more than wished for are asked for", async () => {
    const { asked, source, settle } = world(6);
    source.prefetch(0, 3);
    for (let round = 0; round < 6; round += 1) await settle();
    expect(asked).toEqual(["sprite 0", "sprite 25", "sprite 50"]);
  });

  test("holds as many as it may and one more by letting the oldest go; prefetching lets nothing go", async () => {
    const { asked, source, settle } = world(SPRITES_MAX + 1);
    source.prefetch(0);
    for (let round = 0; round < SPRITES_MAX; round += 1) await settle();
    expect(asked).toHaveLength(SPRITES_MAX);
    expect(revoked).toEqual([]);
    void source.get(SPRITES_MAX * TILES * 10 * S);
    await settle();
    expect(revoked).toEqual(["blob:1"]);
    expect(source.peek(0)).toBeNull();
  });

  test("single ones are bounded as well", async () => {
    const { source, settle } = world(0, SINGLES_MAX + 1);
    for (let at = 0; at <= SINGLES_MAX; at += 1) void source.get(at * 10 * S);
    expect(source.peek(0)).toBeNull();
    await settle();
    // The first was let go before it came, so it was never kept.
    expect(revoked).toHaveLength(1);
    expect(source.peek(10 * S)).not.toBeNull();
  });

  test("all are let go with the page", async () => {
    const { source, settle, stop } = world(1);
    void source.get(0);
    await settle();
    stop.abort();
    expect(revoked).toEqual(["blob:1"]);
    expect(await source.get(0)).toBeNull();
  });
});
