/** The lane of applications: a band for each stretch of one window, paler where nobody used it. */

import { type Band, bandName, isOf, visitsOf } from "./applications.ts";
import type { ApplicationTone, Block, Frame, Lane, Note, Row, Shape } from "./lanes.ts";
import { shareOf } from "./timeline-view.ts";

/** The first band that ends after a position; `bands.length` where none does. */
function firstAfter(bands: readonly Band[], positionUs: number): number {
  let low = 0;
  let high = bands.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bands[middle] as Band).toUs <= positionUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function noteOf(band: Band): Note {
  const name = bandName(band);
  const words = band.title === "" ? name : `${name}: ${band.title}`;
  const idle = band.kind === "idle" ? "Nobody used it" : "";
  return { words, detail: [band.url, idle].filter(Boolean).join(" · "), tone: "neutral", atUs: null, hides: false };
}

/** How a band looks: `chosen` is the application that all others stand back for. */
function look(
  band: Band,
  tones: ReadonlyMap<string, ApplicationTone>,
  chosen: string | null,
): Pick<Block, "tone" | "fill"> {
  if (band.kind === "locked" || band.kind === "away") return { tone: "missing", fill: "hatch" };
  if (chosen !== null && band.application !== chosen) return { tone: "ground", fill: "solid" };
  const tone = tones.get(band.application) ?? "ground";
  return { tone, fill: band.kind === "idle" ? "soft" : "solid" };
}

/**
 * The lane of some bands, which are in order.
 *
 * @param chosen an application whose moments are worth going to by key; null for none.
 */
export function applicationsLane(
  bands: readonly Band[],
  tones: ReadonlyMap<string, ApplicationTone>,
  chosen: string | null,
): Lane {
  const plan = ({ view, width }: Frame): readonly Shape[] => {
    const shapes: Block[] = [];
    let drawnTo = Number.NEGATIVE_INFINITY;
    for (let at = firstAfter(bands, view.fromUs); at < bands.length; at += 1) {
      const band = bands[at] as Band;
      if (band.fromUs >= view.toUs) break;
      const left = Math.max(0, shareOf(view, band.fromUs) * width);
      const right = Math.min(width, shareOf(view, band.toUs) * width);
      // Where several lie on one pixel, the first of them stands for all.
      if (right < drawnTo + 1) continue;
      drawnTo = right;
      const name = bandName(band);
      const labels = band.title === "" ? [name] : [`${name} · ${band.title}`, name];
      // A hair of ground between two windows of one application.
      const apart = right - left > 4 ? 1 : 0;
      shapes.push({ kind: "block", left, right: right - apart, ...look(band, tones, chosen), labels });
    }
    return shapes;
  };
  return {
    id: "applications",
    stops: chosen === null ? [] : visitsOf(bands, chosen).map((one) => one.fromUs),
    notes: (positionUs) => {
      const band = bands[firstAfter(bands, positionUs)];
      if (band === undefined || band.fromUs > positionUs) return [];
      return [noteOf(band)];
    },
    plan,
  };
}

/** The row under all others. */
export function applicationsRow(
  bands: readonly Band[],
  tones: ReadonlyMap<string, ApplicationTone>,
  chosen: string | null,
): Row {
  const lane = applicationsLane(bands, tones, chosen);
  return { id: "applications", label: "Applications", height: 1.625, foldable: true, lanes: [lane] };
}

/** The visit before or after a position; null where there is none. */
export function visitFrom(
  bands: readonly Band[],
  application: string,
  positionUs: number,
  direction: 1 | -1,
): Band | null {
  const visits = visitsOf(bands, application);
  if (direction > 0) return visits.find((one) => one.fromUs > positionUs + 500_000) ?? null;
  return visits.findLast((one) => one.fromUs < positionUs - 1_500_000) ?? null;
}

/** Applications that are worked with at a position, for the list beside the player. */
export function workedAt(bands: readonly Band[], positionUs: number): string | null {
  const band = bands[firstAfter(bands, positionUs)];
  return band !== undefined && band.fromUs <= positionUs && isOf(band, band.application) ? band.application : null;
}
