/** Parts of the server that a site may do without, and who is offered them. */

import { can, has, type Session } from "./access.ts";

/** Whether to show what was worked with. */
export const analyses = (session: Session): boolean => has(session, "analytics") && can(session, "analyse");

/** Whether to lead to lines of the logs. */
export const readsLogs = (session: Session): boolean => has(session, "logs") && can(session, "operate");

/** Whether to offer files to take away. */
export const takesAway = (session: Session): boolean => has(session, "exports") && can(session, "export");

/** Whether to offer erasing recordings. */
export const erases = (session: Session): boolean => has(session, "erasing") && can(session, "delete");

/** Whether it is decided here for how long recordings are kept; who decides it may differ. */
export const keeps = (session: Session): boolean => has(session, "retention");
