/** What the pages about people share: groups and roles, which are few, with their names. */

import type { Session } from "../../core/access.ts";
import type { GroupItem, RoleItem } from "../../core/people.ts";
import { Loaded } from "../loaded.ts";
import { listGroups, listRoles, listUsers } from "./api.ts";

interface Known {
  readonly groups: readonly GroupItem[];
  readonly roles: readonly RoleItem[];
  /** Of as many users as one answer tells; to the others their id is name enough. */
  readonly names: ReadonlyMap<string, string>;
}

export class PeopleStore {
  readonly session: Session;
  readonly known = new Loaded<Known>(async (signal) => {
    const [groups, roles, users] = await Promise.all([
      listGroups(signal),
      listRoles(signal),
      listUsers("", null, signal),
    ]);
    return { groups, roles, names: new Map(users.items.map((user) => [user.id, user.name])) };
  });

  constructor(session: Session) {
    this.session = session;
  }

  load(): Promise<void> {
    return this.known.load();
  }

  close(): void {
    this.known.close();
  }

  get groups(): readonly GroupItem[] | null {
    return this.known.value.value?.groups ?? null;
  }

  get roles(): readonly RoleItem[] | null {
    return this.known.value.value?.roles ?? null;
  }

  /** Empty until it is known: an id in its place would flash. */
  roleName(id: string): string {
    return this.roles === null ? "" : (this.roles.find((one) => one.id === id)?.name ?? id);
  }

  userName(id: string): string {
    return this.known.value.value?.names.get(id) || id;
  }

  /** Whether this is known to be a user; agents who never sign in here are not. */
  isUser(id: string): boolean {
    return this.known.value.value?.names.has(id) ?? false;
  }

  groupName(id: string): string {
    return this.groups === null ? "" : (this.groups.find((one) => one.id === id)?.name ?? id);
  }
}
