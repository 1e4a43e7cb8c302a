/** What was worked with during a recording: stretches of one application and title, and what each comes to. */

import { asObject, list, number, oneOf, text } from "./decode.ts";
import type { ApplicationTone } from "./lanes.ts";
import type { Moment } from "./recording.ts";

export const STRETCH_KINDS = ["active", "idle", "locked", "away"] as const;
export type StretchKind = (typeof STRETCH_KINDS)[number];

/** A stretch on the recording's timeline in which nothing of this changed. */
export interface Band {
  readonly fromUs: number;
  readonly toUs: number;
  readonly kind: StretchKind;
  readonly application: string;
  readonly title: string;
  readonly url: string;
}

/** What is known of a recording. */
export interface Worked {
  /** In order, and none over another. */
  readonly bands: readonly Band[];
  readonly triggers: readonly Moment[];
  /** How it was counted, in a sentence. */
  readonly counted: string;
  /** Whether there was more than is told. */
  readonly cut: boolean;
}

/** An application in a recording, and its part in it. */
export interface ApplicationUse {
  readonly application: string;
  readonly activeUs: number;
  readonly idleUs: number;
  /** How often it was turned to. */
  readonly visits: number;
}

export function readWorked(value: unknown): Worked {
  const path = "applications";
  const from = asObject(value, path);
  return {
    bands: list(from, "bands", path, (item, where) => ({
      fromUs: number(item, "fromMs", where) * 1000,
      toUs: number(item, "toMs", where) * 1000,
      kind: oneOf(item, "kind", where, STRETCH_KINDS),
      application: text(item, "application", where),
      title: text(item, "title", where),
      url: text(item, "url", where),
    })),
    triggers: list(from, "triggers", path, (item, where) => ({
      positionUs: number(item, "atMs", where) * 1000,
      code: "analytics.trigger",
      details: {
        rule: text(item, "rule", where),
        action: text(item, "action", where),
        detail: text(item, "detail", where),
      },
    })),
    counted: text(from, "counted", path),
    cut: from.cut === true,
  };
}

/** What a stretch is called. A screen that is locked has no application. */
export function bandName({ kind, application }: Band): string {
  if (kind === "locked") return "Locked";
  if (kind === "away") return "Not told";
  return applicationName(application);
}

/** What an application is called; none is in front where the desktop itself is. */
export function applicationName(application: string): string {
  return application === "" ? "Nothing in front" : application;
}

/** Whether somebody was before the window of an application. */
export const isOf = (band: Band, application: string): boolean =>
  (band.kind === "active" || band.kind === "idle") && band.application === application;

/** The stretches of an application, each from when it was turned to until another was. */
export function visitsOf(bands: readonly Band[], application: string): Band[] {
  const visits: Band[] = [];
  let before: Band | null = null;
  for (const band of bands) {
    if (isOf(band, application)) {
      const last = visits.at(-1);
      const goesOn: boolean = last !== undefined && before !== null && isOf(before, application);
      if (goesOn && last !== undefined) visits[visits.length - 1] = { ...last, toUs: band.toUs };
      else visits.push(band);
    }
    before = band;
  }
  return visits;
}

/** Every application, the one that was used longest first. */
export function usesOf(bands: readonly Band[]): ApplicationUse[] {
  const uses = new Map<string, { activeUs: number; idleUs: number; visits: number }>();
  let before = "";
  for (const band of bands) {
    const isWindow = band.kind === "active" || band.kind === "idle";
    if (isWindow && band.application !== "") {
      const use = uses.get(band.application) ?? { activeUs: 0, idleUs: 0, visits: 0 };
      use[band.kind === "active" ? "activeUs" : "idleUs"] += band.toUs - band.fromUs;
      if (before !== band.application) use.visits += 1;
      uses.set(band.application, use);
    }
    before = isWindow ? band.application : "";
  }
  return [...uses]
    .map(([application, use]) => ({ application, ...use }))
    .sort((one, other) => other.activeUs - one.activeUs || one.application.localeCompare(other.application));
}

export const TONES: readonly ApplicationTone[] = [
  "app1",
  "app2",
  "app3",
  "app4",
  "app5",
  "app6",
  "app7",
  "app8",
  "app9",
  "app10",
];

/** FNV-1a, 32 bits: the same number for the same name, here and anywhere. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name.toLowerCase())) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/**
 * A colour for each application: its own everywhere, as long as none before it has taken it. So give those first that
 * matter most; from the eleventh on colours come again.
 */
export function tonesOf(applications: readonly string[]): ReadonlyMap<string, ApplicationTone> {
  const tones = new Map<string, ApplicationTone>();
  const taken = new Set<number>();
  for (const application of applications) {
    if (tones.has(application)) continue;
    if (taken.size === TONES.length) taken.clear();
    let at = hashOf(application) % TONES.length;
    while (taken.has(at)) at = (at + 1) % TONES.length;
    taken.add(at);
    tones.set(application, TONES[at] as ApplicationTone);
  }
  return tones;
}

/** The token of a tone, for style sheets. */
export const toneToken = (tone: ApplicationTone): string => `var(--${tone.replace("app", "app-")})`;
