/** What a person asks the server about their own account. */

import type { Session } from "../../core/access.ts";
import { asObject, texts } from "../../core/decode.ts";
import { type Account, readAccount, readTotpOffer, type TotpOffer } from "../../core/sign-in.ts";
import { requestJson } from "../../net/http.ts";
import { change, changed } from "../change.ts";

export async function getAccount(signal: AbortSignal): Promise<Account> {
  return readAccount(await requestJson("/api/account", { signal }));
}

export async function changePassword(session: Session, old: string, fresh: string): Promise<void> {
  await change(session, "POST", "/api/account/password", { old, new: fresh });
}

/** Begins to set up a second factor: nothing holds before `confirmTotp`. */
export async function offerTotp(session: Session): Promise<TotpOffer> {
  return readTotpOffer(await changed(session, "POST", "/api/account/totp"));
}

/** Turns the second factor on; the recovery codes, which are told only here. */
export async function confirmTotp(session: Session, code: string): Promise<readonly string[]> {
  return texts(asObject(await changed(session, "PUT", "/api/account/totp", { code }), "totp"), "recovery", "totp");
}

export async function turnOffTotp(session: Session, password: string): Promise<void> {
  await change(session, "DELETE", "/api/account/totp", { password });
}
