/** Sets of rules of desktop analytics: as the server tells them, and as they are written. */

import { type DesktopMoment, readDesktopMoment } from "./analytics.ts";
import { asObject, flag, instant, type Json, list, number, optional, text, texts } from "./decode.ts";

export interface RuleItem {
  readonly name: string;
  readonly does: readonly string[];
}

export interface RuleSet {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly everyone: boolean;
  readonly groups: readonly string[];
  readonly author: string;
  readonly at: Date;
  readonly version: number;
  readonly rules: readonly RuleItem[];
  /** Workstations that it is for, and how many of them have it. */
  readonly workstations: number;
  readonly holding: number;
}

export interface RuleProblem {
  /** From 1; 0 where it is about the whole. */
  readonly line: number;
  readonly message: string;
  readonly hint: string;
}

export interface RuleCheck {
  readonly rules: readonly RuleItem[];
  readonly problems: readonly RuleProblem[];
}

export interface Holder {
  readonly workstation: string;
  readonly agent: string;
  readonly rules: readonly string[];
  readonly holds: boolean;
  readonly toldAt: Date | null;
  readonly eventsAt: Date | null;
}

/** What rules would have done. */
export interface Trial {
  readonly items: readonly DesktopMoment[];
  /** How often each would have fired. */
  readonly rules: readonly { readonly name: string; readonly firings: number }[];
  readonly more: boolean;
  readonly counted: string;
}

const readRule = (item: Json, where: string): RuleItem => ({
  name: text(item, "name", where),
  does: texts(item, "does", where),
});

export function readRuleSet(value: unknown, path = "rules"): RuleSet {
  const from = asObject(value, path);
  return {
    id: text(from, "id", path),
    name: text(from, "name", path),
    text: text(from, "text", path),
    everyone: flag(from, "everyone", path),
    groups: texts(from, "groups", path),
    author: text(from, "author", path),
    at: instant(from, "at", path),
    version: number(from, "version", path),
    rules: list(from, "rules", path, readRule),
    workstations: number(from, "workstations", path),
    holding: number(from, "holding", path),
  };
}

export const readRuleSets = (value: unknown): RuleSet[] =>
  list(asObject(value, "rules"), "items", "rules", (item, where) => readRuleSet(item, where));

export function readCheck(value: unknown): RuleCheck {
  const path = "check";
  const from = asObject(value, path);
  return {
    rules: list(from, "rules", path, readRule),
    problems: list(from, "problems", path, (item, where) => ({
      line: number(item, "line", where),
      message: text(item, "message", where),
      hint: text(item, "hint", where),
    })),
  };
}

export const readHolders = (value: unknown): Holder[] =>
  list(asObject(value, "holders"), "items", "holders", (item, where) => ({
    workstation: text(item, "workstation", where),
    agent: text(item, "agent", where),
    rules: texts(item, "rules", where),
    holds: flag(item, "holds", where),
    toldAt: optional(instant, item, "toldAt", where),
    eventsAt: optional(instant, item, "eventsAt", where),
  }));

export function readTrial(value: unknown): Trial {
  const path = "trial";
  const from = asObject(value, path);
  return {
    items: list(from, "items", path, readDesktopMoment),
    rules: list(from, "rules", path, (item, where) => ({
      name: text(item, "name", where),
      firings: number(item, "firings", where),
    })),
    more: flag(from, "more", path),
    counted: text(from, "counted", path),
  };
}

/** A set as it is written: what can be sent. */
export interface RuleDraft {
  readonly name: string;
  readonly text: string;
  readonly everyone: boolean;
  readonly groups: readonly string[];
}

export const FIRST_RULES = `# When all that "when" names is so, what "then" says is done.
[[rule]]
name = "card form"
when = { application = ["*firefox*", "*chrom*"], title = "*Card payment*" }
then = [{ blackout = "start" }, { tag = "card" }]
`;

export const NEW_RULES: RuleDraft = { name: "", text: FIRST_RULES, everyone: false, groups: [] };

export const draftOf = ({ name, text, everyone, groups }: RuleSet): RuleDraft => ({ name, text, everyone, groups });

export const sameDraft = (one: RuleDraft, other: RuleDraft): boolean =>
  one.name === other.name &&
  one.text === other.text &&
  one.everyone === other.everyone &&
  [...one.groups].sort().join("\n") === [...other.groups].sort().join("\n");

/** Where a line of a text begins and ends, for selecting it. */
export function lineSpan(of: string, line: number): readonly [from: number, to: number] {
  const lines = of.split("\n");
  const at = Math.min(Math.max(1, line), lines.length) - 1;
  const from = lines.slice(0, at).reduce((sum, one) => sum + one.length + 1, 0);
  return [from, from + (lines[at] as string).length];
}

/** Whom a set is for, in words. */
export function rolledOutText(draft: RuleDraft, nameOf: (group: string) => string): string {
  if (draft.everyone) return "Every workstation";
  if (draft.groups.length === 0) return "Nobody: a draft";
  return draft.groups.map(nameOf).join(", ");
}
