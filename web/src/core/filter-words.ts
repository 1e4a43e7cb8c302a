/** The library's filter in words: one chip for each field, and what is left when a chip is taken away. */

import type { Facets } from "./facets.ts";
import { type Filter, NO_FILTER } from "./filter.ts";
import type { RecordingState } from "./recording-index.ts";
import { lengthText } from "./time.ts";
import { chosenText, isAnyTime } from "./time-choice.ts";

export const FIELDS = [
  "time",
  "agent",
  "workstation",
  "site",
  "group",
  "state",
  "length",
  "tag",
  "gap",
  "blackout",
  "held",
  "application",
  "url",
  "rule",
  "idle",
] as const;
export type Field = (typeof FIELDS)[number];

/** Those that ask what was worked with. */
export const WORKED_FIELDS: ReadonlySet<Field> = new Set(["application", "url", "rule", "idle"]);

export const FIELD_TITLES: Readonly<Record<Field, string>> = {
  time: "Time",
  agent: "Agent",
  workstation: "Workstation",
  site: "Site",
  group: "Group",
  state: "State",
  length: "Length",
  tag: "Tag",
  gap: "Gaps",
  blackout: "Blackout",
  held: "Hold",
  application: "Application",
  url: "Address",
  rule: "Rule that fired",
  idle: "Idle share",
};

export const STATE_TITLES: Readonly<Record<RecordingState, string>> = {
  recording: "Recording now",
  complete: "Complete",
  interrupted: "Interrupted",
};

/** What yes and no mean for each. */
export const FLAG_WORDS: Readonly<Record<"gap" | "blackout" | "held", readonly [yes: string, no: string]>> = {
  gap: ["Has gaps", "Has none"],
  blackout: ["Has blackouts", "Has none"],
  held: ["Is held", "Is not held"],
};

export interface ChipWords {
  readonly field: Field;
  readonly title: string;
  readonly text: string;
}

/** Several values in a few words. */
function severalText(values: readonly string[]): string {
  if (values.length <= 2) return values.join(" or ");
  return `${values[0]} or ${values.length - 1} others`;
}

function lengthWords({ minLength, maxLength }: Filter): string {
  const words = (seconds: number): string => (seconds % 60 === 0 ? `${seconds / 60} min` : lengthText(seconds * 1000));
  if (minLength !== null && maxLength !== null) return `${words(minLength)} – ${words(maxLength)}`;
  return minLength === null ? `up to ${words(maxLength ?? 0)}` : `${words(minLength)} or more`;
}

function idleWords({ idleFrom, idleTo }: Filter): string | null {
  if (idleFrom === null && idleTo === null) return null;
  if (idleFrom === null) return `up to ${idleTo} %`;
  return idleTo === null ? `${idleFrom} % or more` : `${idleFrom} – ${idleTo} %`;
}

function groupWords(id: string, facets: Facets): string {
  return facets.groups.find((one) => one.id === id)?.name ?? id;
}

/** The words of a field, or null where it narrows nothing. */
function fieldText(filter: Filter, field: Field, facets: Facets, locale?: string): string | null {
  const list = (values: readonly string[]): string | null => (values.length === 0 ? null : severalText(values));
  switch (field) {
    case "time":
      return isAnyTime(filter) ? null : chosenText(filter, locale);
    case "agent":
      return list(filter.agents);
    case "workstation":
      return list(filter.workstations);
    case "site":
      return filter.site;
    case "group":
      return filter.group === null ? null : groupWords(filter.group, facets);
    case "state":
      return list(filter.states.map((state) => STATE_TITLES[state]));
    case "length":
      return filter.minLength === null && filter.maxLength === null ? null : lengthWords(filter);
    case "tag":
      return list(filter.tags);
    case "application":
    case "url":
    case "rule":
      return filter[field] || null;
    case "idle":
      return idleWords(filter);
    default: {
      const value = filter[field];
      return value === null ? null : FLAG_WORDS[field][value ? 0 : 1];
    }
  }
}

/** One chip for each field that narrows, in the order of the fields. */
export function chipsOf(filter: Filter, facets: Facets, locale?: string): ChipWords[] {
  return FIELDS.flatMap((field) => {
    const text = fieldText(filter, field, facets, locale);
    return text === null ? [] : [{ field, title: FIELD_TITLES[field], text }];
  });
}

const CLEARED: Readonly<Record<Field, Partial<Filter>>> = {
  time: { when: null, from: null, to: null },
  agent: { agents: [] },
  workstation: { workstations: [] },
  site: { site: null },
  group: { group: null },
  state: { states: [] },
  length: { minLength: null, maxLength: null },
  tag: { tags: [] },
  gap: { gap: null },
  blackout: { blackout: null },
  held: { held: null },
  application: { application: "" },
  url: { url: "" },
  rule: { rule: "" },
  idle: { idleFrom: null, idleTo: null },
};

/** The filter without a field. */
export function without(filter: Filter, field: Field): Filter {
  return { ...filter, ...CLEARED[field] };
}

/** The filter without any field; how the list is sorted stays. */
export function cleared(filter: Filter): Filter {
  return { ...NO_FILTER, order: filter.order };
}
