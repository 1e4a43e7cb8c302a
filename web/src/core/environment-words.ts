/** The environment in words: how a port stands, what a machine's findings come to, and what is asked for as a file. */

import {
  type ExaminedItem,
  type Finding,
  type Findings,
  type PortItem,
  type Problem,
  type Report,
  SEVERITIES,
  type Severity,
} from "./environment.ts";

export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  error: "Error",
  warning: "Warning",
  info: "Note",
  ok: "Well",
};

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** Whether somebody should look. */
export function isProblem(one: { readonly severity: Severity }): boolean {
  return rank(one.severity) >= rank("warning");
}

/** `3 errors, 1 warning`; empty where there are neither. */
export function countsText(counts: Readonly<Record<Severity, number>>): string {
  const told: string[] = [];
  for (const [severity, word] of [
    ["error", "error"],
    ["warning", "warning"],
  ] as const) {
    const count = counts[severity];
    if (count > 0) told.push(count === 1 ? `1 ${word}` : `${count.toLocaleString("en")} ${word}s`);
  }
  return told.join(", ");
}

export function countsOf(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { ok: 0, info: 0, warning: 0, error: 0 };
  for (const one of findings) counts[one.severity] += 1;
  return counts;
}

/** What a machine's report comes to. */
export function reportText(report: Report): string {
  const looked = report.findings.length === 1 ? "1 thing" : `${report.findings.length} things`;
  const wrong = countsText(countsOf(report.findings));
  return wrong === "" ? `${looked} looked at, all well.` : `${looked} looked at: ${wrong}.`;
}

/** How a port stands at the server: a word, and whether somebody should look. */
export interface PortState {
  readonly text: string;
  readonly tone: "good" | "bad" | "quiet";
}

export function portState(port: PortItem): PortState {
  if (port.listening === null) return { text: "Opens none here", tone: "quiet" };
  if (!port.listening) return { text: "Not listening", tone: "bad" };
  return { text: port.local ? "Listening locally" : "Listening", tone: "good" };
}

/** Who reaches it. */
export function reachText(port: PortItem): string {
  const { reached, unreached } = port.reach;
  const tried = reached + unreached;
  if (tried === 0) return port.from === "client PC" ? "No workstation has told yet" : "–";
  if (unreached === 0) return tried === 1 ? "The one that tried" : `All ${tried.toLocaleString("en")} that tried`;
  return `${reached.toLocaleString("en")} of ${tried.toLocaleString("en")}`;
}

/** `client PC → premises server`. */
export function wayText(port: PortItem): string {
  return `${port.from} ${port.bothWays ? "↔" : "→"} ${port.to}`;
}

/** How many are named before the rest is counted. */
const NAMED_MAX = 5;

/** Names for a person: `ws-01, ws-02 and 7 more`. */
export function namesText(names: readonly string[], count: number): string {
  const named = names.slice(0, count <= NAMED_MAX ? count : NAMED_MAX - 1);
  const rest = count - named.length;
  return rest <= 0 ? named.join(", ") : `${named.join(", ")} and ${rest.toLocaleString("en")} more`;
}

/** Something that is wrong: at this server, or, where `problem` is given, at workstations. */
export interface Wrong {
  readonly finding: Finding;
  readonly problem: Problem | null;
}

/** All that is wrong, the worst first; of what is equally bad, this server's own. */
export function wrongOf(findings: Findings): Wrong[] {
  const here = (findings.premises?.findings ?? []).filter(isProblem).map((finding) => ({ finding, problem: null }));
  const there = findings.problems.map((problem) => ({ finding: problem.finding, problem }));
  return [...here, ...there].sort((a, b) => rank(b.finding.severity) - rank(a.finding.severity));
}

/** How the site stands. */
export interface Standing {
  readonly errors: number;
  readonly warnings: number;
  /** Workstations at which something is wrong. */
  readonly afflicted: number;
  readonly reports: number;
}

export function standingOf(findings: Findings): Standing {
  const here = countsOf(findings.premises?.findings ?? []);
  const there = (severity: Severity): number =>
    findings.problems.filter((one) => one.finding.severity === severity).length;
  const afflicted = findings.workstations.filter((one) => one.worst !== null && rank(one.worst) >= rank("warning"));
  return {
    errors: here.error + there("error"),
    warnings: here.warning + there("warning"),
    afflicted: afflicted.length,
    reports: findings.reports,
  };
}

/** The worst first, then those that have told nothing, then by name. */
export function inOrder(items: readonly ExaminedItem[]): ExaminedItem[] {
  const place = (one: ExaminedItem): number => (one.worst === null ? rank("info") + 0.5 : rank(one.worst));
  return [...items].sort((a, b) => place(b) - place(a) || (a.workstation < b.workstation ? -1 : 1));
}

/** A piece of a sentence: a command stands between backticks. */
export interface Piece {
  readonly text: string;
  readonly command: boolean;
}

/** A mend in pieces: words, and commands to copy. What ends with a command needs no full stop behind it. */
export function piecesOf(mend: string): Piece[] {
  return mend
    .replace(/`\.$/, "`")
    .split("`")
    .map((text, at) => ({ text, command: at % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}

export const FIREWALL_ROLES: readonly (readonly [string, string])[] = [
  ["premises", "This server's own firewall"],
  ["site", "Between the networks of the site"],
  ["client", "Client PCs' firewalls"],
  ["cloud", "A machine in the cloud"],
];

/** Which addresses the rules of a firewall name: where connections come from, the server, the cloud that it dials. */
const NAMED: Readonly<Record<string, readonly ("from" | "server" | "cloud")[]>> = {
  premises: ["from", "cloud"],
  site: ["from", "server", "cloud"],
  client: ["server"],
  cloud: ["from"],
};

export function isNamed(what: "from" | "server" | "cloud", role: string): boolean {
  return NAMED[role]?.includes(what) ?? false;
}

export const MACHINES: readonly (readonly [string, string])[] = [
  ["premises", "This server"],
  ["workstation", "Agents' PCs"],
];

/** Ranges as somebody types them: between commas, spaces or line breaks. */
export function rangesOf(typed: string): string[] {
  return typed.split(/[\s,;]+/).filter((one) => one !== "");
}

/** What is asked for as a file of rules. */
export interface RuleWish {
  readonly form: string;
  readonly role: string;
  readonly from: string;
  readonly server: string;
  readonly cloud: string;
  readonly remove: boolean;
}

export function rulesAddress(wish: RuleWish): string {
  const query = new URLSearchParams({ form: wish.form, role: wish.role });
  for (const what of ["from", "server", "cloud"] as const)
    if (isNamed(what, wish.role)) for (const one of rangesOf(wish[what])) query.append(what, one);
  if (wish.remove) query.set("remove", "true");
  return `/api/environment/rules?${query}`;
}

/** What is asked for as a file of exclusions. */
export interface ExclusionWish {
  readonly form: string;
  readonly role: string;
  readonly folder: string;
  readonly program: string;
}

export function exclusionsAddress(wish: ExclusionWish): string {
  const query = new URLSearchParams({ form: wish.form, role: wish.role });
  if (wish.role === "workstation") {
    query.set("folder", wish.folder.trim());
    if (wish.program.trim() !== "") query.set("program", wish.program.trim());
  }
  return `/api/environment/exclusions?${query}`;
}
