/** Entries of the audit log in words for a person. An unknown code is shown as it is: honest, if not pretty. */

import type { AuditItem } from "./audit.ts";
import type { Json } from "./decode.ts";
import { positionText } from "./time.ts";

/** How much attention an entry asks for. */
export type AuditTone = "neutral" | "notice" | "refusal";

/** Actions and what they say: who is said before it, the subject after it. */
const KNOWN: Readonly<Record<string, string>> = {
  "access.beyond": "tried to give more than they may do:",
  "access.refused": "was refused",
  "analytics.exported": "downloaded a report of analytics",
  "analytics.read": "read reports of analytics",
  "analytics.rules_added": "wrote the rules",
  "analytics.rules_changed": "changed the rules",
  "analytics.rules_deleted": "removed the rules",
  "audit.broken": "found the log changed",
  "audit.exported": "downloaded the audit log",
  "audit.read": "read the audit log",
  "audit.verified": "checked the audit log",
  "backup.done": "backed up the server as",
  "blackout.off": "ended a blackout at",
  "blackout.on": "began a blackout at",
  "bookmark.added": "set a bookmark in",
  "bookmark.changed": "changed a bookmark in",
  "bookmark.deleted": "removed a bookmark from",
  "csrf.refused": "sent something that did not come from a page of ours:",
  "environment.examined": "ran the doctor at",
  "erasure.began": "had erased",
  "erasure.done": "removed the files of",
  "erasure.replayed": "erased again",
  "erasure.shredded": "destroyed the keys of",
  "export.downloaded": "downloaded",
  "export.made": "had a file made of",
  "group.added": "made the group",
  "group.changed": "changed the group",
  "group.deleted": "removed the group",
  "group.joined": "put somebody into the group",
  "group.left": "took somebody out of the group",
  "logs.exported": "downloaded lines of the logs",
  "logs.level_ended": "had a log say what is configured again:",
  "logs.level_raised": "had a log say more for a while:",
  "media.refused": "was refused media of",
  "oidc.roles_kept": "kept the roles of",
  "password.changed": "changed the password of",
  "password.refused": "gave a wrong password again",
  "quarantine.added": "could not take in",
  "quarantine.dropped": "gave up what was in quarantine:",
  "quarantine.removed": "removed what it kept in quarantine:",
  "quarantine.retried": "tried again what was in quarantine:",
  "recording.exported": "exported",
  "recording.held": "put a hold on",
  "recording.played": "played",
  "recording.released": "released the hold on",
  "recording.restored": "put back from a backup",
  "recording.started": "started recording at",
  "recording.stopped": "stopped recording at",
  "recording.tagged": "tagged",
  "recording.untagged": "removed a tag from",
  "recording.verified": "proved",
  "recording.viewed": "opened",
  "recording.watched": "watched live",
  "recovery_key.made": "made the recovery key",
  "restore.done": "restored the server from",
  "site.operated": "had the server of a site do something:",
  "storage.moved": "moved what is uploaded:",
  "storage.rebuilt": "took in again what is uploaded of",
  "storage.reconciled": "tidied what is uploaded of",
  "retention.asked": "began a run of retention",
  "retention.changed": "changed the rules of retention",
  "retention.confirmed": "let a run delete more than it may by itself",
  "retention.purged": "deleted what was due",
  "retention.stopped": "deleted nothing: too much was due",
  "role.added": "made the role",
  "role.changed": "changed the role",
  "role.deleted": "removed the role",
  "session.ended": "ended sessions of",
  "sign_in.code_refused": "gave a wrong code",
  "sign_in.locked": "was locked out",
  "sign_in.ok": "signed in",
  "sign_in.recovery": "signed in with a recovery code",
  "sign_in.refused": "was refused at sign-in",
  "sign_out.ok": "signed out",
  "token.given": "was given leave to play",
  "token.refused": "was refused leave to play",
  "totp.off": "turned off the second factor of",
  "totp.on": "turned on the second factor of",
  "user.added": "made the user",
  "user.disabled": "disabled the user",
  "user.enabled": "enabled the user",
  "user.password_set": "set a password for",
  "user.renamed": "renamed",
  "user.roles_set": "set the roles of",
  "user.unlocked": "unlocked",
  "view.added": "saved the view",
  "view.changed": "changed the view",
  "view.deleted": "removed the view",
  "wall.watched": "saw on the wall",
  "workstation.enrolled": "enrolled",
  "workstation.enrolment_refused": "refused the enrolment of",
  "workstation.refused": "was refused:",
  "workstation.renewed": "renewed the certificate of",
};

/** `area.what_else` without words of its own: `area: what else`. */
function plain(action: string): string {
  return action.replace(".", ": ").replaceAll("_", " ");
}

/** What was done, to go between who did it and what it was done to. */
export function actionWords(action: string): string {
  return KNOWN[action] ?? plain(action);
}

/** The kinds of entries to choose from, by their words. */
export function knownActions(): readonly (readonly [action: string, words: string])[] {
  return Object.entries(KNOWN).sort(([, one], [, other]) => one.localeCompare(other, "en"));
}

/** A code, or an area of codes, that somebody typed; null where it is neither. */
export function actionOf(typed: string): string | null {
  const code = typed.trim().toLowerCase();
  return /^[a-z_]{1,32}(\.[a-z_]{1,32})?$/.test(code) ? code : null;
}

const NOTABLE =
  /^(user|group|role|totp|password|erasure|retention|quarantine)\.|\.(deleted|exported|downloaded|made|held|released|ended)$|^sign_in\.recovery$/;

export function auditTone(action: string): AuditTone {
  if (/refused$|\.(locked|broken|beyond)$/.test(action)) return "refusal";
  return NOTABLE.test(action) ? "notice" : "neutral";
}

/** Who did it, as shown: a name that no user has is not told, because it may well be a password. */
export function actorWords(actor: string): string {
  if (actor === "unknown") return "Somebody unknown";
  if (actor === "operator") return "The command line";
  return actor === "system" ? "The system" : actor;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/** Milliseconds are positions in a recording or lengths of it, and read as such: `1:02`. */
function inTime(key: string, value: unknown): string | null {
  return /(_ms|Ms)$/.test(key) && typeof value === "number" ? positionText(value * 1000) : null;
}

/** The details as lines to read: `before_roles` is "Before roles", `from_ms` is "From". */
export function detailLines(details: Json): readonly (readonly [name: string, value: string])[] {
  return Object.entries(details).map(([key, value]) => {
    const time = inTime(key, value);
    const name = time === null ? key : key.replace(/(_ms|Ms)$/, "");
    const spaced = name
      .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
      .replaceAll("_", " ")
      .toLowerCase();
    return [spaced.charAt(0).toUpperCase() + spaced.slice(1), time ?? valueText(value)] as const;
  });
}

/** Actors that are no users. */
const NOBODY: ReadonlySet<string> = new Set(["system", "unknown", "operator"]);

/** The page of who did it; null where it was no user. A workstation's is found to be none when it is opened. */
export function actorAddress(item: AuditItem): string | null {
  if (item.actor === "" || NOBODY.has(item.actor) || item.action.startsWith("workstation.")) return null;
  return `/people/users/${encodeURIComponent(item.actor)}`;
}

/** An entry as one sentence, for screen readers and for copying. */
export function entrySentence(item: AuditItem): string {
  const parts = [actorWords(item.actor), actionWords(item.action), item.subject];
  return parts.filter((part) => part !== "").join(" ");
}
