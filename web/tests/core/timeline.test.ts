/** Lines, coverage and the recording that they describe. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GAP_US_MIN, gapsOf, placeAt, spansOf } from "../../src/core/coverage.ts";
import { PlayheadError } from "../../src/core/failure.ts";
import { Line, lastAtMost } from "../../src/core/line.ts";
import { Recording } from "../../src/core/recording.ts";
import { type LiveEvent, readIndex, readLiveEvent } from "../../src/core/recording-index.ts";
import { World } from "../support/world.ts";

const S = 1_000_000;

function line(...pieces: readonly (readonly [segment: number, record: number, atUs: number, key?: boolean])[]): Line {
  const made = new Line(1);
  for (const [segment, record, atUs, key = false] of pieces) {
    expect(made.push({ segment, record, atUs, key, epoch: 0, bytes: 1 })).toBe(true);
  }
  return made;
}

test("lastAtMost finds what a plain search finds", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: -5, max: 60 }), (values, value) => {
      const sorted = [...values].sort((one, other) => one - other);
      expect(lastAtMost(sorted, value)).toBe(sorted.findLastIndex((one) => one <= value));
    }),
  );
});

describe("Line", () => {
  const made = line([0, 1, 0, true], [0, 2, 2 * S], [0, 4, 5 * S, true], [2, 1, 20 * S, true], [2, 3, 21 * S]);

  test("finds the piece whose picture shows, and the key picture it depends on", () => {
    expect([made.at(-1), made.at(0), made.at(4 * S), made.at(99 * S)]).toEqual([-1, 0, 1, 4]);
    expect([made.keyAtOrBefore(1), made.keyAtOrBefore(4), made.keyAfter(0), made.keyAfter(3)]).toEqual([0, 3, 2, -1]);
  });

  test("finds pieces by segment and record", () => {
    expect([made.find(0, 1), made.find(0, 4), made.find(2, 1), made.find(2, 3)]).toEqual([0, 2, 3, 4]);
    expect([made.find(0, 3), made.find(1, 1), made.find(2, 2), made.find(3, 1)]).toEqual([-1, -1, -1, -1]);
  });

  test("ends a picture at its successor, at its segment's end, or not yet", () => {
    const ends = [
      { id: "a", endUs: 9 * S },
      { id: "b", endUs: 12 * S },
      { id: "c", endUs: null },
    ];
    expect([0, 2, 3, 4].map((index) => made.endUs(index, ends))).toEqual([2 * S, 9 * S, 21 * S, null]);
  });

  test("takes only what lies behind its last piece", () => {
    const piece = { segment: 2, record: 5, atUs: 21 * S, key: false, epoch: 0, bytes: 1 };
    expect(made.push(piece)).toBe(false);
    expect(made.push({ ...piece, segment: 1, atUs: 30 * S })).toBe(false);
    expect(made.length).toBe(5);
  });
});

describe("coverage", () => {
  const segments = [
    { offsetUs: 0, coveredUs: 10 * S },
    { offsetUs: 20 * S, coveredUs: 5 * S },
  ];

  test("names the gap between segments, with the server's reason", () => {
    const spans = spansOf(segments, []);
    expect(gapsOf(spans, [{ fromUs: 9 * S, toUs: 20 * S, reason: "killed" }])).toEqual([
      { fromUs: 10 * S, toUs: 20 * S, reason: "killed" },
    ]);
    expect(gapsOf(spans, [])[0]?.reason).toBe("unknown");
  });

  test("takes a hole of the limit for a gap, and one just below for a seam", () => {
    const apart = (hole: number) =>
      spansOf(
        [
          { offsetUs: 0, coveredUs: S },
          { offsetUs: S + hole, coveredUs: S },
        ],
        [],
      );
    expect(gapsOf(apart(GAP_US_MIN), [])).toHaveLength(1);
    expect(gapsOf(apart(GAP_US_MIN - 1), [])).toEqual([]);
    expect(placeAt(apart(GAP_US_MIN - 1), [], S + 5)).toMatchObject({ kind: "media", span: { segment: 1 } });
  });

  test("cuts out what the server says is missing inside a segment, and never overlaps", () => {
    const stated = [{ fromUs: 3 * S, toUs: 5 * S, reason: "unreadable" }];
    expect(spansOf([{ offsetUs: 0, coveredUs: 12 * S }, segments[1] as (typeof segments)[0]], stated)).toEqual([
      { segment: 0, fromUs: 0, toUs: 3 * S },
      { segment: 0, fromUs: 5 * S, toUs: 12 * S },
      { segment: 1, fromUs: 20 * S, toUs: 25 * S },
    ]);
    const overlapping = [{ offsetUs: 0, coveredUs: 30 * S }, segments[1] as (typeof segments)[0]];
    expect(spansOf(overlapping, [])[0]?.toUs).toBe(20 * S);
  });

  test("every position before the end is in one span, one gap, or a seam", () => {
    const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 5 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(lengths, fc.double({ min: 0, max: 0.999, noNaN: true }), (parts, share) => {
        let at = 0;
        const made = parts.map(([length, hole]) => {
          const one = { offsetUs: at, coveredUs: length * S };
          at += (length + hole) * S;
          return one;
        });
        const spans = spansOf(made, []);
        const endUs = spans.at(-1)?.toUs ?? 0;
        expect(placeAt(spans, gapsOf(spans, []), share * endUs).kind).not.toBe("end");
        expect(placeAt(spans, gapsOf(spans, []), endUs).kind).toBe("end");
      }),
    );
  });
});

describe("Recording", () => {
  const shots = [0, 1, 2].map((at) => ({ atUs: at * S, key: at === 0, bytes: 10 }));
  const world = new World([
    { offsetUs: 0, coveredUs: 3 * S, shots },
    { offsetUs: 10 * S, coveredUs: 3 * S, shots },
  ]);
  const open = (): Recording => new Recording(readIndex(world.index(13 * S, true)));
  const piece = (segment: string, record: number, atUs: number): LiveEvent => {
    return { kind: "piece", segment, track: 1, epoch: 0, record, atUs, key: false, bytes: 5, spanUs: 1 };
  };

  test("knows where pictures end: closed segments at their coverage, the growing one not yet", () => {
    expect(
      open()
        .ends()
        .map((end) => end.endUs),
    ).toEqual([3 * S, null]);
    const closed = new Recording(readIndex(world.index(13 * S, false)));
    expect(closed.ends().map((end) => end.endUs)).toEqual([3 * S, 13 * S]);
  });

  test("grows by pieces and progress", () => {
    const recording = open();
    expect(recording.apply(piece("s1", 4, 3.5 * S))).toBe("piece");
    expect(recording.line(1).length).toBe(7);
    expect(recording.endUs).toBe(13.5 * S + 1);
    expect(recording.newestRecord()).toEqual({ segment: "s1", record: 4 });
    expect(recording.apply({ kind: "progress", segment: "s1", coveredUs: 5 * S })).toBe("coverage");
    expect(recording.endUs).toBe(15 * S);
    expect(recording.apply({ kind: "progress", segment: "s1", coveredUs: 4 * S })).toBe("nothing");
    expect(recording.apply({ kind: "progress", segment: null, coveredUs: 0 })).toBe("nothing");
  });

  test("takes a piece it has once, and asks for the index where one does not fit", () => {
    const recording = open();
    expect(recording.apply(piece("s1", 3, 2 * S))).toBe("nothing");
    expect(recording.apply(piece("s0", 9, 2.5 * S))).toBe("reload");
    expect(recording.apply(piece("elsewhere", 1, 0))).toBe("reload");
    expect(recording.apply({ kind: "resync" })).toBe("reload");
  });

  test("a new segment after a pause is a gap", () => {
    const recording = open();
    expect(recording.apply({ kind: "segment", id: "s2", offsetUs: 30 * S })).toBe("structure");
    expect(recording.apply({ kind: "segment", id: "s2", offsetUs: 30 * S })).toBe("nothing");
    recording.apply({
      kind: "epoch",
      segment: "s2",
      track: 1,
      epoch: 0,
      record: 0,
      atUs: 0,
      codec: "avc1",
      width: 2,
      height: 2,
    });
    recording.apply(piece("s2", 1, 0));
    recording.apply({ kind: "progress", segment: "s2", coveredUs: S });
    expect(recording.gaps().map((gap) => [gap.fromUs, gap.toUs])).toEqual([
      [3 * S, 10 * S],
      [13 * S, 30 * S],
    ]);
    expect(recording.epoch(2, 1, 0)?.codec).toBe("avc1");
    expect(recording.ends().map((end) => end.endUs)).toEqual([3 * S, 13 * S, null]);
  });

  test("shows the last thumbnail taken by then, or the first", () => {
    const recording = open();
    for (const [segment, record, atUs] of [
      ["s0", 5, S],
      ["s1", 6, 0],
      ["s1", 7, 2 * S],
    ] as const) {
      recording.apply({ kind: "thumbnail", segment, thumbnail: { record, track: 1, atUs } });
    }
    const { all } = recording.pictures(1);
    expect(all.map((one) => [one.record, one.atUs])).toEqual([
      [5, S],
      [6, 10 * S],
      [7, 12 * S],
    ]);
    const at = (positionUs: number) => recording.pictures(1).at(positionUs);
    expect([at(0), at(9 * S), at(10 * S), at(99 * S)]).toEqual([0, 0, 1, 2]);
    expect(recording.pictures(2).at(0)).toBe(-1);
  });

  test("markers are moments on its timeline", () => {
    const recording = open();
    const marker = { atUs: S, code: "x.y", details: {} };
    expect(recording.apply({ kind: "marker", segment: "s1", marker })).toBe("structure");
    expect(recording.moments()).toEqual([{ positionUs: 11 * S, code: "x.y", details: {} }]);
  });
});

describe("reading", () => {
  const good = new World([{ offsetUs: 0, coveredUs: S, shots: [{ atUs: 0, key: true, bytes: 1 }] }]).index(S, false);

  test.each([
    ["a missing state", { ...(good as object), state: undefined }],
    ["an unknown state", { ...(good as object), state: "paused" }],
    ["a number that is none", { ...(good as object), durationUs: "5" }],
    ["columns of different length", JSON.parse(JSON.stringify(good).replace('"epoch":[0]', '"epoch":[]'))],
    ["nothing", null],
  ])("refuses an index with %s", (_, value) => {
    expect(() => readIndex(value)).toThrow(PlayheadError);
  });

  test("reads keys written as booleans or as numbers", () => {
    const booleans = JSON.parse(JSON.stringify(good).replace('"key":[1]', '"key":[true]'));
    expect(readIndex(booleans)).toEqual(readIndex(good));
  });

  test("an event of a newer server is unknown, a broken one is refused", () => {
    expect(readLiveEvent({ kind: "sound", volume: 11 })).toEqual({ kind: "unknown" });
    expect(readLiveEvent({ kind: "renew" })).toEqual({ kind: "renew" });
    expect(() => readLiveEvent({ kind: "piece" })).toThrow(PlayheadError);
    expect(() => readLiveEvent([])).toThrow(PlayheadError);
  });
});
