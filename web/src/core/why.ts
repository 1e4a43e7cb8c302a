/** Why a person may do what they may with a recording, in the server's words. */

import { asArray, asObject, flag } from "./decode.ts";
import { ACTION_GROUPS, type Action } from "./permissions.ts";

export interface Reason {
  readonly action: Action;
  /** As in the list of permissions. */
  readonly title: string;
  readonly allowed: boolean;
  readonly why: readonly string[];
}

/** Actions on one recording, in the order in which people think of them; what the server does not tell is left out. */
export function readWhy(value: unknown): readonly Reason[] {
  const actions = asObject(asObject(value, "why").actions, "why.actions");
  return ACTION_GROUPS.flatMap((group) => group.actions).flatMap(({ action, title }) => {
    const told = actions[action];
    if (told === undefined) return [];
    const path = `why.actions.${action}`;
    const from = asObject(told, path);
    const why = asArray(from.why, `${path}.why`).filter((one) => typeof one === "string");
    return [{ action, title, allowed: flag(from, "allowed", path), why }];
  });
}
