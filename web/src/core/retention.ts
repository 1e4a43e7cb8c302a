/** How long recordings are kept: the rules in their order, what a run took, and what was erased. */

import { actorWords } from "./audit-words.ts";
import { asObject, flag, instant, type Json, list, number, oneOf, optional, text, texts } from "./decode.ts";
import { listed } from "./permissions.ts";

/** What a rule may ask for: what is being recorded is never due. */
export const RULE_STATES = ["complete", "interrupted"] as const;
export type RuleState = (typeof RULE_STATES)[number];

/** As at the server. */
export const RULES_MAX = 100;
export const DAYS_MAX = 36_500;
export const RULE_NAME_CHARS_MAX = 64;

/** Of each kind that it names, one has to fit; a rule that names nothing fits everything. The first that fits decides. */
export interface Rule {
  readonly id: string;
  readonly name: string;
  /** Null is for ever. */
  readonly days: number | null;
  readonly agents: readonly string[];
  /** Ids of groups. */
  readonly groups: readonly string[];
  readonly tags: readonly string[];
  readonly states: readonly RuleState[];
}

export interface Policy {
  readonly rules: readonly Rule[];
  /** For what no rule fits; null is for ever. */
  readonly defaultDays: number | null;
}

export interface LastRun {
  readonly at: Date;
  readonly deleted: number;
  readonly bytes: number;
  readonly held: number;
  readonly failed: number;
  /** Were due and left, because nobody had confirmed so many. */
  readonly waiting: number;
}

/** What the next run would delete. */
export interface Pending {
  readonly recordings: number;
  readonly bytes: number;
  /** Of all recordings, 0 to 1. */
  readonly share: number;
  readonly needsConfirmation: boolean;
}

export interface Retention extends Policy {
  readonly last: LastRun | null;
  readonly pending: Pending;
}

/** What a policy would delete at once. */
export interface Preview {
  readonly recordings: number;
  readonly bytes: number;
  readonly share: number;
  /** Due as well, and held. */
  readonly held: number;
}

function readRule(from: Json, path: string): Rule {
  const states = optional(texts, from, "states", path) ?? [];
  return {
    id: text(from, "id", path),
    name: text(from, "name", path),
    days: optional(number, from, "days", path),
    agents: optional(texts, from, "agents", path) ?? [],
    groups: optional(texts, from, "groups", path) ?? [],
    tags: optional(texts, from, "tags", path) ?? [],
    states: RULE_STATES.filter((one) => states.includes(one)),
  };
}

/** The rules in the order in which they hold. */
export function readRetention(value: unknown): Retention {
  const path = "retention";
  const from = asObject(value, path);
  const placed = list(from, "rules", path, (item, where) => ({
    rule: readRule(item, where),
    position: number(item, "position", where),
  }));
  placed.sort((one, other) => one.position - other.position);
  const pending = asObject(from.pending, `${path}.pending`);
  return {
    rules: placed.map((one) => one.rule),
    defaultDays: optional(number, from, "defaultDays", path),
    last: from.last === null ? null : readLast(asObject(from.last, `${path}.last`), `${path}.last`),
    pending: {
      recordings: number(pending, "recordings", `${path}.pending`),
      bytes: number(pending, "bytes", `${path}.pending`),
      share: number(pending, "share", `${path}.pending`),
      needsConfirmation: flag(pending, "needsConfirmation", `${path}.pending`),
    },
  };
}

function readLast(from: Json, path: string): LastRun {
  return {
    at: instant(from, "at", path),
    deleted: number(from, "deleted", path),
    bytes: number(from, "bytes", path),
    held: number(from, "held", path),
    failed: number(from, "failed", path),
    waiting: number(from, "waiting", path),
  };
}

export function readPreview(value: unknown): Preview {
  const path = "preview";
  const from = asObject(value, path);
  return {
    recordings: number(from, "recordings", path),
    bytes: number(from, "bytes", path),
    share: number(from, "share", path),
    held: number(from, "held", path),
  };
}

// ---- changing the rules

/** Rules that the server does not know yet; they go to it without an id. */
const NEW = "new-";

export function newRule(rules: readonly Rule[]): Rule {
  const numbers = rules.filter((one) => one.id.startsWith(NEW)).map((one) => Number(one.id.slice(NEW.length)));
  const id = `${NEW}${Math.max(0, ...numbers) + 1}`;
  return { id, name: "", days: 90, agents: [], groups: [], tags: [], states: [] };
}

/** The rules with this one in its place, or at the end. */
export function withRule(rules: readonly Rule[], rule: Rule): Rule[] {
  return rules.some((one) => one.id === rule.id)
    ? rules.map((one) => (one.id === rule.id ? rule : one))
    : [...rules, rule];
}

export function withoutRule(rules: readonly Rule[], id: string): Rule[] {
  return rules.filter((one) => one.id !== id);
}

/** The rules with one of them a place up (-1) or down (1); at either end it stays. */
export function movedRule(rules: readonly Rule[], id: string, by: -1 | 1): readonly Rule[] {
  const at = rules.findIndex((one) => one.id === id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= rules.length) return rules;
  const moved = [...rules];
  moved.splice(to, 0, ...moved.splice(at, 1));
  return moved;
}

/** A policy as the server takes it. */
export function policyBody({ rules, defaultDays }: Policy): Json {
  return {
    rules: rules.map(({ id, ...rule }) => (id.startsWith(NEW) ? rule : { id, ...rule })),
    defaultDays,
  };
}

export function samePolicy(one: Policy, other: Policy): boolean {
  return JSON.stringify(policyBody(one)) === JSON.stringify(policyBody(other));
}

/** Days that somebody typed; null for ever, where nothing is typed. Undefined where it is neither. */
export function daysOf(typed: string): number | null | undefined {
  const trimmed = typed.trim();
  if (trimmed === "") return null;
  if (!/^\d{1,5}$/.test(trimmed)) return undefined;
  const days = Number(trimmed);
  return days >= 1 && days <= DAYS_MAX ? days : undefined;
}

export const DAYS_FAULT = `1 to ${DAYS_MAX.toLocaleString("en")} days; nothing is for ever.`;

// ---- in words

export function keptText(days: number | null): string {
  if (days === null) return "for ever";
  return days === 1 ? "1 day" : `${days.toLocaleString("en")} days`;
}

/** What a rule is about: "Recordings of Alice or Bruno, tagged sale". */
export function ruleScope(rule: Rule, groupName: (id: string) => string): string {
  const parts: string[] = [];
  if (rule.agents.length > 0) parts.push(`of ${listed(rule.agents, "or")}`);
  if (rule.groups.length > 0) parts.push(`of members of ${listed(rule.groups.map(groupName), "or")}`);
  if (rule.tags.length > 0) parts.push(`tagged ${listed(rule.tags, "or")}`);
  if (rule.states.length > 0) parts.push(`that are ${listed(rule.states, "or")}`);
  return parts.length === 0 ? "All recordings" : `Recordings ${parts.join(", ")}`;
}

/** Rules that can never decide: one before them fits everything. */
export function unreachable(rules: readonly Rule[]): ReadonlySet<string> {
  const everything = (one: Rule): boolean =>
    one.agents.length + one.groups.length + one.tags.length + one.states.length === 0;
  const at = rules.findIndex(everything);
  return new Set(at < 0 ? [] : rules.slice(at + 1).map((one) => one.id));
}

// ---- what was erased

/** `begun`: decided. `shredded`: its keys are destroyed, and nobody can play it again. `removed`: its bytes as well. */
export const ERASURE_PHASES = ["begun", "shredded", "removed"] as const;
export type ErasurePhase = (typeof ERASURE_PHASES)[number];

export interface Erasure {
  readonly id: string;
  readonly recording: string;
  readonly agent: string;
  /** When the recording began. */
  readonly startedAt: Date;
  /** When its keys were destroyed; null where that has not been possible yet. Only then there is a certificate. */
  readonly erasedAt: Date | null;
  readonly by: string;
  readonly reason: string;
  readonly phase: ErasurePhase;
}

export function readErasure(value: unknown, path = "erasure"): Erasure {
  const from = asObject(value, path);
  return {
    id: text(from, "id", path),
    recording: text(from, "recording", path),
    agent: text(from, "agent", path),
    startedAt: instant(from, "startedAt", path),
    erasedAt: optional(instant, from, "erasedAt", path),
    by: text(from, "by", path),
    reason: text(from, "reason", path),
    phase: oneOf(from, "phase", path, ERASURE_PHASES),
  };
}

const PHASE_WORDS: Readonly<Record<ErasurePhase, string>> = {
  begun: "Not finished",
  shredded: "Keys destroyed",
  removed: "Removed",
};

export function phaseText(phase: ErasurePhase): string {
  return PHASE_WORDS[phase];
}

/** By whom: a user, or the rules. */
export function eraserText(by: string): string {
  return by === "policy" ? "The rules" : actorWords(by);
}
