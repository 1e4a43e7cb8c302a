import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GAP_SHOWN_MS } from "../../src/core/playhead.ts";
import { type Kind, QUICK, type Rules, type Seen, type Shot, Stage, World } from "../support/world.ts";

const S = 1_000_000;

/** Pictures every 200 ms in the busy stretches, a still one every 10 s otherwise. */
function shots(lengthUs: number, busy: readonly (readonly [number, number])[], keyEveryUs = 60 * S): Shot[] {
  const found: Shot[] = [];
  let lastKey = Number.NEGATIVE_INFINITY;
  let lastShot = Number.NEGATIVE_INFINITY;
  for (let atUs = 0; atUs < lengthUs; atUs += 200_000) {
    const moving = busy.some(([from, to]) => atUs >= from && atUs < to);
    if (!moving && atUs - lastShot < 10 * S) continue;
    const key = atUs - lastKey >= keyEveryUs;
    if (key) lastKey = atUs;
    lastShot = atUs;
    found.push({ atUs, key, bytes: key ? 150_000 : moving ? 5_000 : 300 });
  }
  return found;
}

function segment(offsetUs: number, lengthUs: number, busy: readonly (readonly [number, number])[]) {
  return { offsetUs, coveredUs: lengthUs, shots: shots(lengthUs, busy) };
}

const KINDS: readonly Kind[] = ["chromium", "firefox"];

/** The pictures that were on the screen within a tolerance around a position. */
function truths(world: World, positionUs: number, beforeUs: number, afterUs: number): Set<number> {
  const found = new Set([world.pictureAt(positionUs - beforeUs), world.pictureAt(positionUs + afterUs)]);
  for (const shot of world.shots) {
    if (shot.positionUs > positionUs - beforeUs && shot.positionUs <= positionUs + afterUs) found.add(shot.id);
  }
  return found;
}

function expectTrue(world: World, seen: readonly Seen[], beforeUs: number, afterUs: number): void {
  for (const one of seen) {
    if (one.loading || (one.motion !== "media" && one.motion !== "hold")) continue;
    const near = truths(world, one.positionUs, beforeUs, afterUs);
    expect(near.has(one.shown), `at ${one.positionUs} of ${[...near]}: ${one.shown}`).toBe(true);
  }
}

describe.each(KINDS)("a complete recording in %s", (browser) => {
  const rules: Rules = { ...QUICK, browser };

  test("plays through busy and idle stretches in real time, and ends", () => {
    const world = new World([
      segment(0, 60 * S, [
        [0, 5 * S],
        [30 * S, 34 * S],
      ]),
    ]);
    const stage = new Stage(world, rules);
    stage.player.seek(0);
    stage.player.play();
    stage.run(61_500);
    expectTrue(world, stage.seen, 400_000, 60_000);
    expect(stage.seen.at(-1)?.motion).toBe("ended");
    expect(stage.player.snapshot().positionUs).toBe(60 * S);
    const loading = stage.seen.filter((one) => one.loading).length * rules.tickMs;
    expect(loading).toBeLessThan(400);
  });

  test("shows a gap for a moment, then goes on behind it", () => {
    const world = new World([segment(0, 10 * S, [[0, 10 * S]]), segment(52 * S, 10 * S, [[0, 10 * S]])]);
    const stage = new Stage(world, rules);
    stage.player.seek(9 * S);
    stage.player.play();
    stage.run(6_000);
    const gap = stage.seen.filter((one) => one.motion === "gap");
    expect(gap.length * rules.tickMs).toBeGreaterThanOrEqual(GAP_SHOWN_MS - 100);
    expect(gap.length * rules.tickMs).toBeLessThanOrEqual(GAP_SHOWN_MS + 100);
    expect(stage.player.snapshot().positionUs).toBeGreaterThan(53 * S);
    expectTrue(world, stage.seen, 400_000, 60_000);
  });

  test("plays over a seam between segments that is too short to be a gap", () => {
    const world = new World([segment(0, 10 * S, [[0, 10 * S]]), segment(10 * S + 800_000, 10 * S, [[0, 10 * S]])]);
    const stage = new Stage(world, rules);
    stage.player.seek(8 * S);
    stage.player.play();
    stage.run(5_000);
    expect(stage.seen.some((one) => one.motion === "gap")).toBe(false);
    expect(stage.player.snapshot().positionUs).toBeGreaterThan(12 * S);
  });

  test("keeps a bounded stretch in the browser over an hour", () => {
    const world = new World([segment(0, 3600 * S, [[0, 3600 * S]])]);
    const stage = new Stage(world, { ...rules, tickMs: 100 });
    stage.player.seek(0);
    stage.player.setSpeed(8);
    stage.player.play();
    let most = 0;
    for (let at = 0; at < 400; at += 1) {
      stage.run(1_000);
      most = Math.max(most, stage.browser.held.length);
    }
    // 8 × 30 s ahead, 30 s behind and the pictures since the key picture before, at 5 a second.
    expect(most).toBeLessThan(5 * (8 * 32 + 30 + 60 + 20));
    expect(stage.player.snapshot().positionUs).toBeGreaterThan(3000 * S);
  });

  test("is right wherever it is sought and however fast it plays", () => {
    const busy = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 1, max: 20 })).map(([from, length]) => {
        return [from * S, (from + length) * S] as const;
      }),
      { maxLength: 4 },
    );
    const worlds = fc.array(fc.tuple(fc.integer({ min: 20, max: 100 }), fc.integer({ min: 0, max: 60 }), busy), {
      minLength: 1,
      maxLength: 3,
    });
    const acts = fc.array(fc.tuple(fc.nat(1000), fc.constantFrom(0.25, 1, 2, 8), fc.integer({ min: 5, max: 60 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(worlds, acts, fc.integer({ min: 0, max: 300 }), (parts, asked, answerMs) => {
        let offsetUs = 0;
        const world = new World(
          parts.map(([length, pause, stretches]) => {
            const made = segment(offsetUs, length * S, stretches);
            offsetUs += (length + pause) * S;
            return made;
          }),
        );
        const stage = new Stage(world, { ...rules, answerMs });
        const total = stage.player.snapshot().durationUs;
        for (const [share, speed, ticks] of asked) {
          const from = stage.seen.length;
          stage.player.setSpeed(speed);
          stage.player.seek((total * share) / 1001);
          stage.player.play();
          stage.run(ticks * 50);
          // Between two ticks a fast playhead passes more pictures, and a video that stood needs some to catch up.
          expectTrue(world, stage.seen.slice(from), 350_000 + 150_000 * speed, 60_000 + 50_000 * speed);
        }
        stage.run(answerMs + 400);
        // It may just have left a gap: then it loads once more.
        if (stage.player.snapshot().loading) stage.run(answerMs + 400);
        expect(stage.player.snapshot().loading).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});

describe.each(KINDS)("a recording that grows, in %s", (browser) => {
  const rules: Rules = { ...QUICK, browser };
  const busy = [
    [0, 12 * S],
    [20 * S, 24 * S],
    [31 * S, 45 * S],
  ] as const;
  const world = new World([segment(0, 300 * S, busy)]);

  test("live stays within a second of the present through busy and idle stretches", () => {
    const stage = new Stage(world, rules, 8 * S);
    stage.player.goLive();
    stage.run(1_500);
    const from = stage.seen.length;
    stage.run(30_000);
    for (const one of stage.seen.slice(from)) {
      const nowUs = 8 * S + one.nowMs * 1000;
      expect(one.motion).toBe("live");
      expect(nowUs - one.positionUs, `at ${one.nowMs}`).toBeLessThan(1_000_000);
      expect(one.positionUs).toBeLessThanOrEqual(nowUs);
      // What is seen is never older than a second, and never of the future.
      const near = truths(world, nowUs, 1_000_000, 0);
      expect(near.has(one.shown), `at ${nowUs} of ${[...near]}: ${one.shown}`).toBe(true);
      // While pictures keep coming the video keeps up; only an idle stretch leaves it behind.
      const moving = busy.some(([begin, end]) => nowUs > begin + 2 * S && nowUs < end);
      if (moving) expect(one.positionUs - one.videoUs, `at ${nowUs}`).toBeLessThan(500_000);
    }
  });

  test("a change after an idle stretch is seen within the latency that is kept", () => {
    const stage = new Stage(world, rules, 8 * S);
    stage.player.goLive();
    stage.run(12_000);
    expect(stage.edgeUs).toBe(20 * S);
    expect(stage.browser.shown).toBeLessThan(world.pictureAt(20 * S));
    stage.run(600);
    expect(stage.browser.shown).toBeGreaterThanOrEqual(world.pictureAt(20 * S));
  });

  test("pause, ten seconds back, and on: every picture is right; then live again", () => {
    const stage = new Stage(world, rules, 8 * S);
    stage.player.goLive();
    stage.run(16_000);
    stage.player.pause();
    stage.run(1_000);
    stage.player.seek(stage.player.snapshot().positionUs - 10 * S);
    stage.player.play();
    const from = stage.seen.length;
    stage.run(12_000);
    expect(stage.seen.slice(from).every((one) => one.motion !== "live")).toBe(true);
    expectTrue(world, stage.seen.slice(from), 400_000, 150_000);
    stage.player.goLive();
    stage.run(1_500);
    expect(stage.player.snapshot().motion).toBe("live");
    expect(stage.edgeUs - stage.player.snapshot().positionUs).toBeLessThan(1_000_000);
  });

  test("pause, and back, and step: the picture that stands there is right", () => {
    const stage = new Stage(world, rules, 8 * S);
    stage.player.goLive();
    stage.run(30_000);
    stage.player.pause();
    stage.run(500);
    for (const backUs of [10 * S, 3 * S, -5 * S]) {
      stage.player.seek(stage.player.snapshot().positionUs - backUs);
      stage.run(2_000);
      const { positionUs, loading } = stage.player.snapshot();
      expect(loading).toBe(false);
      expect(stage.browser.shown, `at ${positionUs}`).toBe(world.pictureAt(positionUs));
      const shown = stage.browser.shown;
      stage.player.stepFrame(-1);
      stage.run(2_000);
      expect(stage.browser.shown).toBe(shown - 1);
    }
  });

  test("going on after a pause at the edge asks for nothing that is there", () => {
    const stage = new Stage(world, rules, 33 * S);
    stage.player.goLive();
    stage.run(3_000);
    stage.player.pause();
    stage.run(300);
    const asked = stage.asked.length;
    stage.player.play();
    stage.run(100);
    expect(stage.player.snapshot().loading).toBe(browser === "firefox");
    if (browser === "chromium") expect(stage.asked.length).toBe(asked);
  });

  test("playing a few seconds behind the edge is right too, where the next picture is not known in time", () => {
    for (const behind of [1.5, 3, 6, 9]) {
      const stage = new Stage(world, rules, 40 * S);
      stage.player.seek(40 * S - behind * S);
      stage.player.play();
      stage.run(25_000);
      expectTrue(world, stage.seen, 400_000, 150_000);
      expect(stage.player.snapshot().live).toBe(false);
    }
  });

  test("who plays fast up to the edge arrives in the present", () => {
    const stage = new Stage(world, rules, 40 * S);
    stage.player.seek(20 * S);
    stage.player.setSpeed(4);
    stage.player.play();
    stage.run(9_000);
    expect(stage.player.snapshot()).toMatchObject({ live: true, speed: 1, motion: "live" });
  });

  test("recording that falls silent is not said to be recording", () => {
    const stage = new Stage(world, rules, 8 * S);
    stage.player.goLive();
    stage.run(3_000);
    expect(stage.player.snapshot().fresh).toBe(true);
    stage.player.tick(stage.nowMs + 4_900, null);
    expect(stage.player.snapshot().fresh).toBe(true);
    stage.player.tick(stage.nowMs + 6_200, null);
    expect(stage.player.snapshot().fresh).toBe(false);
  });
});

test("a slow server is waited for, and playing goes on by itself", () => {
  const world = new World([segment(0, 60 * S, [[0, 60 * S]])]);
  const stage = new Stage(world, { ...QUICK, answerMs: 3_000 });
  stage.player.seek(10 * S);
  stage.player.play();
  stage.run(2_500);
  expect(stage.player.snapshot().loading).toBe(true);
  stage.run(2_000);
  expect(stage.player.snapshot().motion).toBe("media");
});

test("a step shows the next picture, and back the one before, over an idle stretch too", () => {
  const world = new World([segment(0, 60 * S, [[0, 2 * S]])]);
  const stage = new Stage(world, QUICK);
  stage.player.seek(1_400_000);
  stage.run(500);
  const shown = [stage.browser.shown];
  for (const direction of [1, 1, 1, -1] as const) {
    stage.player.stepFrame(direction);
    stage.run(300);
    shown.push(stage.browser.shown);
  }
  const first = shown[0] as number;
  expect(shown.map((id) => id - first)).toEqual([0, 1, 2, 3, 2]);
});

test("skipping idle saves what it says", () => {
  const world = new World([
    segment(0, 120 * S, [
      [0, 5 * S],
      [80 * S, 85 * S],
    ]),
  ]);
  const stage = new Stage(world, QUICK);
  stage.player.setSkipIdle(true);
  stage.player.seek(0);
  stage.player.play();
  stage.run(15_000);
  expect(stage.player.snapshot().positionUs).toBeGreaterThan(85 * S);
  expectTrue(world, stage.seen, 450_000, 60_000);
});

test("who watched live when it was interrupted watches live when it goes on, unless they did something else", () => {
  const world = new World([segment(0, 300 * S, [[0, 60 * S]])]);
  for (const acted of [false, true]) {
    const stage = new Stage(world, QUICK, 8 * S);
    stage.player.goLive();
    stage.run(2_000);
    stage.player.event({ kind: "state", state: "interrupted" }, stage.nowMs);
    stage.run(3_000);
    expect(stage.player.snapshot().motion).not.toBe("live");
    if (acted) stage.player.seek(1 * S);
    stage.player.event({ kind: "state", state: "recording" }, stage.nowMs);
    stage.run(1_000);
    expect(stage.player.snapshot().live).toBe(!acted);
  }
});
