/** The rules of desktop analytics at the server. */

import type { Session } from "../../core/access.ts";
import {
  type Holder,
  type RuleCheck,
  type RuleDraft,
  type RuleSet,
  readCheck,
  readHolders,
  readRuleSet,
  readRuleSets,
  readTrial,
  type Trial,
} from "../../core/rule-sets.ts";
import { requestJson } from "../../net/http.ts";
import { change, changed } from "../change.ts";

const URL = "/api/analytics/rules";

/** Rules are run over days of everybody's work. */
const TRIAL_MS_MAX = 60_000;

export const listRuleSets = async (signal: AbortSignal): Promise<RuleSet[]> =>
  readRuleSets(await requestJson(URL, { signal }));

export const listHolders = async (signal: AbortSignal): Promise<Holder[]> =>
  readHolders(await requestJson(`${URL}/workstations`, { signal }));

export const checkRules = async (session: Session, text: string, signal: AbortSignal): Promise<RuleCheck> =>
  readCheck(await changed(session, "POST", `${URL}/check`, { text }, { signal }));

export const addRuleSet = async (session: Session, draft: RuleDraft): Promise<RuleSet> =>
  readRuleSet(await changed(session, "POST", URL, draft));

export const changeRuleSet = async (session: Session, before: RuleSet, draft: RuleDraft): Promise<RuleSet> =>
  readRuleSet(
    await changed(session, "PUT", `${URL}/${encodeURIComponent(before.id)}`, { ...draft, version: before.version }),
  );

export const deleteRuleSet = async (session: Session, set: RuleSet): Promise<void> =>
  await change(session, "DELETE", `${URL}/${encodeURIComponent(set.id)}`);

export async function tryRules(session: Session, text: string, days: number, signal: AbortSignal): Promise<Trial> {
  const to = new Date();
  const from = new Date(to.getTime() - days * 86_400_000);
  const body = { text, from: from.toISOString(), to: to.toISOString() };
  return readTrial(await changed(session, "POST", `${URL}/trial`, body, { signal }, TRIAL_MS_MAX));
}
