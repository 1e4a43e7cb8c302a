import { describe, expect, test } from "vitest";
import { Loader } from "../../src/core/loader.ts";
import { Player } from "../../src/core/player.ts";
import { Recording } from "../../src/core/recording.ts";
import { readIndex } from "../../src/core/recording-index.ts";
import { Browser, World } from "../support/world.ts";

const S = 1_000_000;
const HOUR = 60 * S;

/** Three segments after one another, a picture a second, a key picture every ten. */
const WORLD = new World(
  [0, 1, 2].map((order) => ({
    offsetUs: order * HOUR,
    coveredUs: HOUR,
    shots: Array.from({ length: 60 }, (_, at) => ({ atUs: at * S, key: at % 10 === 0, bytes: 2_000 })),
  })),
);

interface Raw {
  segments: { told?: boolean; epochs: unknown[]; pieces: unknown; coveredUs: number }[];
}

/** The index as the server tells it for a first look: of one segment everything, of the others their place. */
function look(order: number): Recording {
  const index = WORLD.index(Number.POSITIVE_INFINITY, false) as Raw;
  index.segments.forEach((segment, at) => {
    if (at === order) return;
    Object.assign(segment, { told: false, epochs: [], pieces: {} });
  });
  return new Recording(readIndex(index));
}

const WHOLE = readIndex(WORLD.index(Number.POSITIVE_INFINITY, false));

test("a first look knows where everything lies, and the pieces of one segment", () => {
  const recording = look(1);
  expect(recording.whole).toBe(false);
  expect(recording.endUs).toBe(3 * HOUR);
  expect(recording.line(1).length).toBe(60);
  expect([30, 90, 150].map((at) => recording.knows(at * S))).toEqual([false, true, false]);
  recording.fill(WHOLE);
  expect(recording.whole).toBe(true);
  expect(recording.line(1).length).toBe(180);
  expect(recording.knows(30 * S)).toBe(true);
});

test("what grew since the first look stays", () => {
  const recording = look(2);
  recording.state = "recording";
  const event = { kind: "piece" as const, segment: "s2", track: 1, epoch: 0, key: false, bytes: 9, spanUs: 1 };
  recording.apply({ ...event, record: 99, atUs: 60 * S });
  recording.fill(WHOLE);
  expect(recording.line(1).length).toBe(181);
  expect(recording.newestRecord()).toEqual({ segment: "s2", record: 99 });
});

test("a request that is under way when the line moves arrives where it belongs", () => {
  const recording = look(1);
  const loader = new Loader(recording, 1);
  loader.plan(75 * S);
  const wish = loader.wish(75 * S, 1);
  if (wish === null) throw new Error("nothing is asked for");
  const line = recording.line(1);
  const shots = WORLD.shots.slice(60);
  loader.arrived(wish, wish.range.from, WORLD.piece(shots[wish.range.from] as (typeof shots)[number]));
  recording.fill(WHOLE);
  loader.moved(line);
  expect(loader.run?.first).toBe(60 + wish.range.from);
  expect(loader.wanted(wish)).toBe(true);
  for (let index = wish.range.from + 1; index <= wish.range.to; index += 1) {
    loader.arrived(wish, index, WORLD.piece(shots[index] as (typeof shots)[number]));
  }
  loader.fetched(wish);
  const limits = { joining: "join" as const, leadUs: 0, aheadUs: 30 * S };
  const browser = new Browser("firefox");
  for (let action = loader.action(75 * S, limits); action !== null; action = loader.action(75 * S, limits)) {
    browser.act(action);
    loader.done();
  }
  // The pictures have their own numbers: the first one of the second segment is 61.
  expect(browser.held[0]?.id).toBe(61 + wish.range.from);
  expect(browser.held.length).toBe(wish.range.to - wish.range.from + 1);
  expect(loader.wish(75 * S, 1)?.range.from).toBe(60 + wish.range.to + 1);
});

describe("the player", () => {
  test("waits with a seek to what is not known yet, and finishes it then", () => {
    const recording = look(1);
    const player = new Player(recording, 1, "join", 0);
    player.seek(75 * S);
    expect(player.wish()).not.toBeNull();
    player.seek(20 * S);
    expect(player.isLost).toBe(true);
    expect(player.wish()).toBeNull();
    expect(player.snapshot()).toMatchObject({ positionUs: 20 * S, loading: true });
    const line = recording.line(1);
    recording.fill(WHOLE);
    player.moved(line);
    expect(player.isLost).toBe(false);
    expect(player.wish()?.range.from).toBe(20);
  });

  test("does not mind when it is where everything was known", () => {
    const recording = look(0);
    const player = new Player(recording, 1, "join", 0);
    player.seek(5 * S);
    const wish = player.wish();
    const line = recording.line(1);
    recording.fill(WHOLE);
    player.moved(line);
    expect(wish !== null && player.wanted(wish)).toBe(true);
  });
});
