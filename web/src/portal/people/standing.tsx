/** What is unusual about a user's way in, as badges. */

import { untilText } from "../../core/ago.ts";
import { standing, type UserItem } from "../../core/people.ts";
import { Badge } from "../../ui/badge.tsx";
import { wallNow } from "../clock.ts";

export function StandingBadge({ user }: { readonly user: UserItem }) {
  const now = wallNow();
  switch (standing(user, now.getTime())) {
    case "disabled":
      return <Badge>Disabled</Badge>;
    case "locked":
      return <Badge tone="warn">Locked for {untilText(user.lockedUntil ?? now, now)}</Badge>;
    case "never":
      return <Badge>Never signed in</Badge>;
    case "active":
      return null;
  }
}
