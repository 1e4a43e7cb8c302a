/** The timeline's arithmetic: which part of a recording is seen, and how it moves. Positions are microseconds. */

/** The closest look: one second over the whole width. */
export const VIEW_US_MIN = 1_000_000;
/** A view whose right end is this close to the recording's end, as a share of its length, belongs to the end. */
const AT_END = 0.01;
/** Playing past the right end turns a page; this share of what was seen stays in sight. */
const PAGE_KEPT = 0.1;
/** A playhead that moves farther than this at once was sent somewhere; it did not play there. */
const LEAP_US = 4_000_000;

/** The part of the recording that the timeline shows. */
export interface View {
  readonly fromUs: number;
  readonly toUs: number;
}

/** A chosen part; null is the whole. One that is `atEnd` moves along while the recording grows. */
export type Zoom = (View & { readonly atEnd: boolean }) | null;

/** A view of everything; never empty, so that nothing divides by zero. */
export function wholeView(endUs: number): View {
  return { fromUs: 0, toUs: Math.max(endUs, VIEW_US_MIN) };
}

export function lengthOf(view: View): number {
  return view.toUs - view.fromUs;
}

/** Where a position lies in a view, 0 at its left and 1 at its right; outside it is below 0 or above 1. */
export function shareOf(view: View, positionUs: number): number {
  return (positionUs - view.fromUs) / lengthOf(view);
}

/** The position at a share of the view, kept within it. */
export function positionAt(view: View, share: number): number {
  return Math.round(view.fromUs + Math.max(0, Math.min(1, share)) * lengthOf(view));
}

/** A view `factor` times as long (below 1: closer) in which the position under `share` stays where it is. */
export function zoomed(view: View, share: number, factor: number, endUs: number): View {
  const whole = wholeView(endUs);
  const length = Math.max(VIEW_US_MIN, Math.min(whole.toUs, lengthOf(view) * factor));
  const anchorUs = view.fromUs + share * lengthOf(view);
  return within({ fromUs: anchorUs - share * length, toUs: anchorUs + (1 - share) * length }, endUs);
}

/** A view moved by a share of its length. */
export function panned(view: View, share: number, endUs: number): View {
  const by = share * lengthOf(view);
  return within({ fromUs: view.fromUs + by, toUs: view.toUs + by }, endUs);
}

/** A view of the same length with a position in its middle, as far as the recording allows. */
export function centred(view: View, positionUs: number, endUs: number): View {
  return panned(view, shareOf(view, positionUs) - 0.5, endUs);
}

/** The view between two positions, in whichever order, not shorter than the closest look. */
export function between(oneUs: number, otherUs: number, endUs: number): View {
  const fromUs = Math.min(oneUs, otherUs);
  return within({ fromUs, toUs: Math.max(oneUs, otherUs, fromUs + VIEW_US_MIN) }, endUs);
}

/** A view with one of its ends elsewhere; the other stays, and so does the shortest length. */
export function resized(view: View, end: "from" | "to", positionUs: number, endUs: number): View {
  if (end === "from") return { fromUs: clamp(positionUs, 0, view.toUs - VIEW_US_MIN), toUs: view.toUs };
  const lastUs = wholeView(endUs).toUs;
  return { fromUs: view.fromUs, toUs: clamp(positionUs, Math.min(lastUs, view.fromUs + VIEW_US_MIN), lastUs) };
}

/** Whether a view shows everything there is. */
export function isWhole(view: View, endUs: number): boolean {
  return lengthOf(view) >= wholeView(endUs).toUs * (1 - 1e-6);
}

/** What a person chose, to be kept while the recording grows. */
export function chosen(view: View, endUs: number, growing: boolean): Zoom {
  if (isWhole(view, endUs)) return null;
  return { ...view, atEnd: growing && view.toUs >= wholeView(endUs).toUs - AT_END * lengthOf(view) };
}

/** The view that a choice means now. */
export function viewOf(zoom: Zoom, endUs: number): View {
  if (zoom === null) return wholeView(endUs);
  return zoom.atEnd ? within({ fromUs: endUs - lengthOf(zoom), toUs: endUs }, endUs) : zoom;
}

/**
 * The view after the playhead moved: it turns a page where playing leaves it, and goes along where a seek leaves it.
 * Whoever looks elsewhere is left alone.
 */
export function followed(view: View, beforeUs: number, positionUs: number, endUs: number): View {
  const was = shareOf(view, beforeUs);
  const is = shareOf(view, positionUs);
  if (is >= 0 && is <= 1) return view;
  if (was < 0 || was > 1) return view;
  if (Math.abs(positionUs - beforeUs) > Math.max(LEAP_US, lengthOf(view))) return centred(view, positionUs, endUs);
  return panned(view, is > 1 ? is - PAGE_KEPT : is - 1 + PAGE_KEPT, endUs);
}

/** A view on its way from one to another, `share` from 0 to 1. */
export function underway(from: View, to: View, share: number): View {
  if (share >= 1) return to;
  // Eased out: fast at first, then calm.
  const eased = 1 - (1 - share) ** 3;
  return {
    fromUs: from.fromUs + (to.fromUs - from.fromUs) * eased,
    toUs: from.toUs + (to.toUs - from.toUs) * eased,
  };
}

/** What is known grows in steps of up to a second; the end that is shown trails it by no more than about this. */
const TRAIL_US = 400_000;
/** Who comes back to a page that slept does not watch it run after the present. */
const SLEPT_US = 5_000_000;

/** The end to show after some time: it glides after what is known, at about a second a second, and never back. */
export function grownEnd(shownUs: number, knownUs: number, elapsedMs: number): number {
  const behindUs = knownUs - shownUs;
  if (Math.abs(behindUs) > SLEPT_US) return knownUs;
  if (behindUs <= 0) return shownUs;
  return Math.min(knownUs, shownUs + elapsedMs * 1000 * Math.min(3, behindUs / TRAIL_US));
}

/** The player reports twenty times a second: a step on is drawn over the time until the next report. */
const REPORT_MS = 50;
/** A larger step is a seek, and shown at once. */
const STEP_US_MAX = 1_000_000;

/** Whether the playhead went on from one report to the next, instead of being sent somewhere. */
export function isStep(fromUs: number, toUs: number): boolean {
  return toUs > fromUs && toUs - fromUs <= STEP_US_MAX;
}

/** The playhead to show some time after a report, on its way from where it was shown to where it was reported. */
export function steppedPosition(fromUs: number, toUs: number, sinceMs: number): number {
  if (!isStep(fromUs, toUs)) return toUs;
  return fromUs + (toUs - fromUs) * Math.max(0, Math.min(1, sinceMs / REPORT_MS));
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

function within(view: View, endUs: number): View {
  const whole = wholeView(endUs);
  const length = Math.min(lengthOf(view), whole.toUs);
  const fromUs = clamp(view.fromUs, 0, whole.toUs - length);
  return { fromUs, toUs: fromUs + length };
}
