/** Entries of the audit log in words for a person. An unknown code is shown as it is: honest, if not pretty. */

import type { AuditItem } from "./audit.ts";
import type { Json } from "./decode.ts";

/** How much attention an entry asks for. */
export type AuditTone = "neutral" | "notice" | "refusal";

/** Actions and what they say: who is said before it, the subject after it. */
const KNOWN: Readonly<Record<string, string>> = {
  "access.refused": "was refused",
  "audit.exported": "downloaded the audit log",
  "audit.read": "read the audit log",
  "audit.verified": "checked the audit log",
  "blackout.began": "began a blackout at",
  "blackout.ended": "ended a blackout at",
  "bookmark.added": "set a bookmark in",
  "bookmark.removed": "removed a bookmark from",
  "bookmark.changed": "changed a bookmark in",
  "csrf.refused": "sent a request that did not come from a page of ours",
  "export.downloaded": "downloaded",
  "export.made": "had a file made of",
  "export.refused": "was refused the download of",
  "group.added": "made the group",
  "group.changed": "changed the group",
  "group.removed": "removed the group",
  "media.refused": "was refused media of",
  "password.changed": "changed the password",
  "password.reset": "set a password for",
  "recording.deleted": "deleted",
  "recording.exported": "downloaded",
  "recording.held": "put a hold on",
  "recording.listed": "looked at the list of recordings",
  "recording.released": "released the hold on",
  "recording.tagged": "tagged",
  "recording.untagged": "removed a tag from",
  "recording.viewed": "played",
  "recording.watched": "watched live",
  "role.added": "made the role",
  "role.changed": "changed the role",
  "role.removed": "removed the role",
  "session.ended": "ended the session of",
  "session.revoked": "ended the session of",
  "sign_in.code_refused": "gave a wrong second factor",
  "sign_in.locked": "was locked out",
  "sign_in.ok": "signed in",
  "sign_in.recovery": "signed in with a recovery code",
  "sign_in.refused": "was refused at sign-in",
  "sign_out.ok": "signed out",
  "token.given": "was given a token to play",
  "token.refused": "was refused a token to play",
  "totp.off": "turned off the second factor of",
  "totp.on": "turned on the second factor of",
  "user.added": "made the user",
  "user.changed": "changed the user",
  "user.disabled": "disabled the user",
  "user.enabled": "enabled the user",
  "user.unlocked": "unlocked the user",
  "workstation.enrolled": "enrolled",
  "workstation.enrolment_refused": "refused the enrolment of",
  "workstation.record_start": "started recording at",
  "workstation.record_stop": "stopped recording at",
  "workstation.refused": "was refused",
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

const NOTABLE =
  /^(user|group|role|totp|password)\.|\.(deleted|exported|downloaded|made|held|released|revoked)$|^sign_in\.recovery$/;

export function auditTone(action: string): AuditTone {
  if (/refused$|\.locked$/.test(action)) return "refusal";
  return NOTABLE.test(action) ? "notice" : "neutral";
}

/** Who did it, as shown: a name that no user has is not told, because it may well be a password. */
export function actorWords(actor: string): string {
  if (actor === "unknown") return "Somebody unknown";
  return actor === "system" ? "The system" : actor;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/** The details as lines to read: `fromMs` is From ms. */
export function detailLines(details: Json): readonly (readonly [name: string, value: string])[] {
  return Object.entries(details).map(([key, value]) => {
    const spaced = key
      .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
      .replaceAll("_", " ")
      .toLowerCase();
    return [spaced.charAt(0).toUpperCase() + spaced.slice(1), valueText(value)] as const;
  });
}

/** An entry as one sentence, for screen readers and for copying. */
export function entrySentence(item: AuditItem): string {
  const parts = [actorWords(item.actor), actionWords(item.action), item.subject];
  return parts.filter((part) => part !== "").join(" ");
}
