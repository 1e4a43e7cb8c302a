/** Who is signed in, and what the page offers them. The server decides; this only spares people what it would refuse. */

import { asArray, asObject, optional, text, texts } from "./decode.ts";

export interface Session {
  /** What was typed to sign in, and how the person is called. */
  readonly user: string;
  readonly name: string;
  readonly permissions: ReadonlySet<string>;
  /** What there is at this server, of what one may be without. */
  readonly capabilities: ReadonlySet<string>;
  /** The sites that there are, by name; null at a site itself. */
  readonly sites: readonly string[] | null;
  /** Goes with every request that changes something. */
  readonly csrfToken: string;
  /** Where playback tokens come from. */
  readonly tokenUrl: string;
}

export function readSession(value: unknown): Session {
  const path = "session";
  const from = asObject(value, path);
  const user = asObject(from.user, `${path}.user`);
  const permissions = asArray(user.permissions, `${path}.user.permissions`);
  return {
    user: text(user, "name", `${path}.user`),
    name: text(user, "displayName", `${path}.user`),
    permissions: new Set(permissions.filter((one) => typeof one === "string")),
    capabilities: new Set(texts(from, "capabilities", path)),
    sites: optional(texts, from, "sites", path),
    csrfToken: text(from, "csrfToken", path),
    tokenUrl: text(from, "tokenUrl", path),
  };
}

/** Whether to offer starting and stopping recordings. */
export function mayRecord(session: Session): boolean {
  return session.permissions.has("record");
}

/** Whether the server has something that one may be without. */
export function has(session: Session, capability: string): boolean {
  return session.capabilities.has(capability);
}

/** Whether a permission is held for anything at all. */
export function can(session: Session, permission: string): boolean {
  return session.permissions.has(permission);
}
