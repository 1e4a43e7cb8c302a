/** Roles as people read and edit them: which action is allowed on whose recordings. */

import { type Json, oneOf } from "./decode.ts";

export const ACTIONS = [
  "view",
  "play",
  "live",
  "export",
  "annotate",
  "hold",
  "delete",
  "record",
  "blackout_on",
  "blackout_off",
  "analyse",
  "audit",
  "administer",
  "operate",
] as const;
export type Action = (typeof ACTIONS)[number];

/** From narrow to wide. */
export const SCOPES = ["own", "team", "all"] as const;
export type Scope = (typeof SCOPES)[number];

/** An action on whose recordings. */
export interface Grant {
  readonly action: Action;
  readonly scope: Scope;
}

export interface ActionWords {
  readonly action: Action;
  readonly title: string;
  readonly hint: string;
}

export interface ActionGroup {
  readonly title: string;
  readonly actions: readonly ActionWords[];
}

const words = (action: Action, title: string, hint: string): ActionWords => ({ action, title, hint });

/** Every action once, in the order in which people think of them. */
export const ACTION_GROUPS: readonly ActionGroup[] = [
  {
    title: "Look",
    actions: [
      words("view", "See", "Find recordings, and read who, when and how long."),
      words("play", "Play", "Watch what was recorded."),
      words("live", "Watch live", "Look on while it is being recorded."),
      words("export", "Download", "Take a recording away as a file."),
      words("analyse", "Analyse", "Which applications and windows were worked with, and for how long."),
    ],
  },
  {
    title: "Work",
    actions: [
      words("annotate", "Tag and share bookmarks", "Others see these. Bookmarks for oneself need no permission."),
      words("record", "Start and stop", "Begin and end recording at a workstation."),
      words("blackout_on", "Begin a blackout", "Have nothing captured for a while."),
      words("blackout_off", "End a blackout", "Have capturing go on."),
    ],
  },
  {
    title: "Keep and delete",
    actions: [
      words("hold", "Hold", "Keep a recording from being deleted, and release it."),
      words("delete", "Delete", "Remove a recording for good."),
    ],
  },
  {
    title: "This installation",
    actions: [
      words("audit", "Read the audit log", "Who did what, and when."),
      words("administer", "Administer", "Users, groups, roles, sessions, and how long recordings are kept."),
      words("operate", "Operate the server", "Its state, everybody’s coverage, its quarantine, and large purges."),
    ],
  },
];

/** Actions on the installation: they are allowed or not, and have nobody's recordings to be narrowed to. */
const WHOLE: ReadonlySet<Action> = new Set(["audit", "administer", "operate"]);

export function isWhole(action: Action): boolean {
  return WHOLE.has(action);
}

export const SCOPE_WORDS: Readonly<Record<Scope, { readonly title: string; readonly hint: string }>> = {
  own: { title: "Own", hint: "Recordings of the user’s own work." },
  team: { title: "Team", hint: "Recordings of the members of groups the user supervises." },
  all: { title: "Everyone", hint: "All recordings of this site." },
};

export function readGrant(from: Json, path: string): Grant {
  return { action: oneOf(from, "action", path, ACTIONS), scope: oneOf(from, "scope", path, SCOPES) };
}

/** The widest scope in which an action is allowed; null where it is not. */
export function scopeOf(grants: readonly Grant[], action: Action): Scope | null {
  const held = grants.filter((grant) => grant.action === action).map((grant) => SCOPES.indexOf(grant.scope));
  return held.length === 0 ? null : (SCOPES[Math.max(...held)] as Scope);
}

/** The grants with an action in this scope alone, or not at all. In the order of `ACTIONS`, each action once. */
export function withScope(grants: readonly Grant[], action: Action, scope: Scope | null): Grant[] {
  return ACTIONS.flatMap((one) => {
    const held = one === action ? scope : scopeOf(grants, one);
    return held === null ? [] : [{ action: one, scope: held }];
  });
}

/** Whether two sets of grants allow the same. */
export function sameGrants(one: readonly Grant[], other: readonly Grant[]): boolean {
  return ACTIONS.every((action) => scopeOf(one, action) === scopeOf(other, action));
}

function isWider(one: Scope | null, other: Scope | null): boolean {
  return one !== null && (other === null || SCOPES.indexOf(one) > SCOPES.indexOf(other));
}

/** What needs something else to be of use: allowed by the server, and hardly what was meant. */
const NEEDS: readonly (readonly [action: Action, needed: Action, why: string])[] = [
  ["play", "view", "Whoever may play but not see the same recordings can only open them by a link."],
  ["live", "view", "Whoever may watch live but not see the same recordings finds nobody to watch."],
  [
    "export",
    "play",
    "Whoever may download but not play the same recordings watches them elsewhere, unseen by the log.",
  ],
  ["annotate", "view", "Whoever may tag but not see the same recordings has nothing to tag."],
  ["hold", "view", "Whoever may hold but not see the same recordings cannot find them."],
  ["delete", "view", "Whoever may delete but not see the same recordings cannot find them."],
];

/** What is probably a mistake in these grants, in words. */
export function doubts(grants: readonly Grant[]): string[] {
  return NEEDS.filter(([action, needed]) => isWider(scopeOf(grants, action), scopeOf(grants, needed))).map(
    ([, , why]) => why,
  );
}

const BRIEF: Readonly<Record<Action, string>> = {
  view: "see",
  play: "play",
  live: "watch live",
  export: "download",
  annotate: "tag",
  hold: "hold",
  delete: "delete",
  record: "start and stop",
  blackout_on: "begin blackouts",
  blackout_off: "end blackouts",
  analyse: "analyse",
  audit: "read the audit log",
  administer: "administer",
  operate: "operate the server",
};

/** `see, play and tag`. */
export function listed(parts: readonly string[], join = "and"): string {
  if (parts.length <= 1) return parts[0] ?? "";
  return `${parts.slice(0, -1).join(", ")} ${join} ${parts.at(-1)}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const ON_RECORDINGS: readonly Action[] = ACTIONS.filter((action) => !isWhole(action));

/** What a role allows, a line for each reach: `Own: see, play`. */
export function grantLines(grants: readonly Grant[]): string[] {
  const lines = [...SCOPES].reverse().flatMap((scope) => {
    const held = ON_RECORDINGS.filter((action) => scopeOf(grants, action) === scope);
    if (held.length === 0) return [];
    const words = held.length === ON_RECORDINGS.length ? "everything" : listed(held.map((action) => BRIEF[action]));
    return [`${SCOPE_WORDS[scope].title}: ${words}`];
  });
  const whole = ACTIONS.filter((action) => isWhole(action) && scopeOf(grants, action) !== null);
  if (whole.length > 0) lines.push(sentence(listed(whole.map((action) => BRIEF[action]))));
  return lines;
}
