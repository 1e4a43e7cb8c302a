import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Second } from "../support/second.ts";
import { type Kind, QUICK, type Rules, type Shot, Stage, World, type WorldSegment } from "../support/world.ts";

const S = 1_000_000;

/** Pictures every 200 ms in the busy stretches, a still one every 10 s otherwise. */
function segment(offsetUs: number, lengthUs: number, busy: readonly (readonly [number, number])[]): WorldSegment {
  const shots: Shot[] = [];
  let keyUs = Number.NEGATIVE_INFINITY;
  let shotUs = Number.NEGATIVE_INFINITY;
  for (let atUs = 0; atUs < lengthUs; atUs += 200_000) {
    const moving = busy.some(([from, to]) => atUs >= from * S && atUs < to * S);
    if (!moving && atUs - shotUs < 10 * S) continue;
    const key = atUs - keyUs >= 30 * S;
    if (key) keyUs = atUs;
    shotUs = atUs;
    shots.push({ atUs, key, bytes: key ? 100_000 : 5_000 });
  }
  return { offsetUs, coveredUs: lengthUs, shots };
}

const LEADING = [segment(0, 60 * S, [[0, 60]]), segment(100 * S, 60 * S, [[10, 40]])];
const BESIDE = [segment(0, 60 * S, [[20, 30]]), segment(100 * S, 60 * S, [[0, 60]])];

interface Pair {
  readonly stage: Stage;
  readonly second: Second;
  /** Pictures of the second monitor that were not on it within a tolerance, once it had time to get there. */
  run(ms: number, beforeUs?: number, settleMs?: number): string[];
}

/** The pictures that may be seen at a position: those that were on the monitor within a tolerance around it. */
function nearTo(world: World, positionUs: number, beforeUs: number, afterUs: number): ReadonlySet<number> {
  const near = new Set([world.pictureAt(positionUs - beforeUs), world.pictureAt(positionUs)]);
  near.add(world.pictureAt(positionUs + afterUs));
  for (const shot of world.shots) {
    if (shot.positionUs > positionUs - beforeUs && shot.positionUs <= positionUs + afterUs) near.add(shot.id);
  }
  return near;
}

function pair(rules: Rules, liveFromUs?: number): Pair {
  const beside = new World(BESIDE);
  const stage = new Stage(new World(LEADING), rules, liveFromUs);
  const second = new Second(beside, rules, liveFromUs);
  const run = (ms: number, beforeUs = 700_000, settleMs = 700): string[] => {
    const wrong: string[] = [];
    const began = stage.nowMs;
    while (stage.nowMs < began + ms) {
      stage.run(rules.tickMs);
      second.tick(stage);
      const { positionUs, motion, place } = stage.player.snapshot();
      if (stage.nowMs < began + settleMs || place.kind === "gap" || motion === "loading") continue;
      const near = nearTo(beside, positionUs, beforeUs, beforeUs === 0 ? 0 : 300_000);
      const { shown } = second.browser;
      if (!near.has(shown)) wrong.push(`at ${positionUs} ${motion}: ${shown} of ${[...near]}`);
    }
    return wrong;
  };
  return { stage, second, run };
}

const KINDS: readonly Kind[] = ["chromium", "firefox"];

describe.each(KINDS)("a second monitor in %s", (browser) => {
  const rules: Rules = { ...QUICK, browser };

  test("shows what it showed while the first plays, through idle stretches of either", () => {
    const { stage, run } = pair(rules);
    stage.player.seek(0);
    stage.player.play();
    expect(run(58_000)).toEqual([]);
  });

  test("goes where the first is sent, and over a gap with it", () => {
    const { stage, run } = pair(rules);
    stage.player.seek(25 * S);
    stage.player.play();
    expect(run(3_000)).toEqual([]);
    stage.player.seek(131 * S);
    expect(run(3_000)).toEqual([]);
    stage.player.seek(58 * S);
    expect(run(8_000, 900_000, 4_500)).toEqual([]);
    expect(stage.player.snapshot().positionUs).toBeGreaterThan(101 * S);
  });

  test("stands exactly where the first is paused and stepped", () => {
    const { stage, second, run } = pair(rules);
    stage.player.seek(22 * S);
    stage.player.play();
    run(2_000);
    stage.player.pause();
    expect(run(2_000, 0)).toEqual([]);
    const before = second.browser.shown;
    for (let step = 0; step < 5; step += 1) {
      stage.player.stepFrame(1);
      expect(run(1_000, 0)).toEqual([]);
    }
    expect(second.browser.shown).toBeGreaterThan(before);
  });

  test.each([0.25, 4, 8])("keeps up at %d times the speed", (speed) => {
    const { stage, run } = pair(rules);
    stage.player.seek(101 * S);
    stage.player.setSpeed(speed);
    stage.player.play();
    expect(run(5_000, 700_000 + speed * 250_000)).toEqual([]);
  });

  test("is right wherever the first is sent", () => {
    const places = fc.array(fc.integer({ min: 0, max: 158 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(places, (all) => {
        const { stage, run } = pair(rules);
        stage.player.play();
        for (const at of all.filter((one) => one < 59 || one >= 100)) {
          stage.player.seek(at * S);
          expect(run(1_500, 900_000, 900)).toEqual([]);
        }
      }),
      { numRuns: 15, seed: 7 },
    );
  });

  test("is live where the first is", () => {
    const { stage, run } = pair(rules, 105 * S);
    stage.player.goLive();
    expect(run(8_000, 1_500_000, 1_500)).toEqual([]);
  });
});
