/** What the page of the environment asks the server for. */

import type { Session } from "../../core/access.ts";
import {
  type ExaminedItem,
  type Findings,
  type Forms,
  type PortItem,
  type Report,
  readFindings,
  readForms,
  readPorts,
  readReport,
} from "../../core/environment.ts";
import { request, requestJson } from "../../net/http.ts";
import { at } from "../at-site.tsx";
import { changed } from "../change.ts";

const ROOT = "/api/environment";

/** A workstation has 15 s to look and to answer; the network a few more. */
const LOOK_MS_MAX = 20_000;

/** More workstations than this nobody reads one by one. */
export const WORKSTATIONS_MAX = 2_000;

export async function getPorts(signal: AbortSignal): Promise<PortItem[]> {
  return readPorts(await requestJson(at(`${ROOT}/ports`), { signal }));
}

/** What is found, with every workstation: their pages are put together. */
export async function getFindings(signal: AbortSignal): Promise<Findings> {
  const first = readFindings(await requestJson(at(`${ROOT}/findings`), { signal }));
  const workstations: ExaminedItem[] = [...first.workstations];
  let after = first.next;
  while (after !== null && workstations.length < WORKSTATIONS_MAX) {
    const page = readFindings(await requestJson(at(`${ROOT}/findings?${new URLSearchParams({ after })}`), { signal }));
    workstations.push(...page.workstations);
    after = page.next;
  }
  return { ...first, workstations, next: after };
}

export async function getReport(workstation: string, signal: AbortSignal): Promise<Report> {
  return readReport(await requestJson(at(`${ROOT}/workstations/${encodeURIComponent(workstation)}`), { signal }));
}

export async function getForms(signal: AbortSignal): Promise<Forms> {
  return readForms(await requestJson(at(`${ROOT}/forms`), { signal }));
}

/** Runs the doctor on this server, or at a workstation. */
export async function runDoctor(session: Session, workstation: string | null): Promise<Report> {
  const where = workstation === null ? "" : `/workstations/${encodeURIComponent(workstation)}`;
  return readReport(await changed(session, "POST", at(`${ROOT}${where}/doctor`), undefined, {}, LOOK_MS_MAX));
}

/** The newest report as a page that the server signs: this server's, or a workstation's. */
export function reportPageAddress(workstation: string | null): string {
  return at(`${ROOT}/page${workstation === null ? "" : `?${new URLSearchParams({ workstation })}`}`);
}

export interface File {
  readonly name: string;
  readonly text: string;
}

/** A file of rules or exclusions. */
export async function getFile(address: string): Promise<File> {
  const answer = await request(at(address));
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "playhead.txt";
  return { name, text: await answer.text() };
}
