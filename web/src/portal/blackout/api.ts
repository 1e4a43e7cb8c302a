/** Orders about blackouts. */

import type { Session } from "../../core/access.ts";
import { change } from "../change.ts";

const path = (workstation: string): string => `/api/workstations/${encodeURIComponent(workstation)}/blackout`;

/** Has nothing captured from now on; `minutes` null is for as long as the workstation allows. */
export async function beginBlackout(
  session: Session,
  workstation: string,
  reason: string,
  minutes: number | null,
): Promise<void> {
  const length = minutes === null ? {} : { minutes };
  await change(session, "POST", path(workstation), { on: true, reason, ...length });
}

/** Ends what the user may end: all requests, or their own. */
export async function endBlackout(session: Session, workstation: string): Promise<void> {
  await change(session, "POST", path(workstation), { on: false, reason: "" });
}
