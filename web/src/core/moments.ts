/** What happened in a recording, as one list. */

import { isEcho } from "./blackouts.ts";
import type { Moment, Recording } from "./recording.ts";

/** Everything, gaps included, in order. */
export function momentsOf(recording: Recording | null): readonly Moment[] {
  if (recording === null) return [];
  const gaps = recording.gaps().map((gap) => ({ positionUs: gap.fromUs, code: "gap", details: { ...gap } }));
  const moments = recording.moments().filter((one) => !isEcho(one.code));
  return [...moments, ...gaps].sort((one, other) => one.positionUs - other.positionUs);
}
