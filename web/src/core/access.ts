/** Who is signed in, and what the page offers them. The server decides; this only spares people what it would refuse. */

import { asObject, oneOf, text } from "./decode.ts";

export const ROLES = ["administrator", "supervisor", "agent"] as const;
export type Role = (typeof ROLES)[number];

export interface Session {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  /** Goes with every request that changes something. */
  readonly csrfToken: string;
  /** Where playback tokens come from. */
  readonly tokenUrl: string;
}

export function readSession(value: unknown): Session {
  const path = "session";
  const from = asObject(value, path);
  const user = asObject(from.user, `${path}.user`);
  return {
    user: text(user, "name", `${path}.user`),
    name: text(user, "displayName", `${path}.user`),
    role: oneOf(user, "role", `${path}.user`, ROLES),
    csrfToken: text(from, "csrfToken", path),
    tokenUrl: text(from, "tokenUrl", path),
  };
}

/** Whether to offer starting and stopping recordings. */
export function mayRecord(session: Session): boolean {
  return session.role !== "agent";
}
