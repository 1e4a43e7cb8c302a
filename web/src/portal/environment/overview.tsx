/** What is wrong, here and at workstations, and every port. */

import type { Session } from "../../core/access.ts";
import { agoText } from "../../core/ago.ts";
import type { Findings, PortItem, Problem } from "../../core/environment.ts";
import { isProblem, namesText, portState, standingOf, wrongOf } from "../../core/environment-words.ts";
import { addressOf } from "../../core/route.ts";
import { Figure, Figures } from "../../ui/figures.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { PageHead, Section } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/table.tsx";
import { wallNow } from "../clock.ts";
import { remedyOf, useDoing } from "../loaded.ts";
import css from "./environment.module.css";
import { FindingCard, FindingLine } from "./finding.tsx";
import { PortMatrix } from "./ports.tsx";
import { RunDoctor, TakeReport } from "./run.tsx";
import type { EnvironmentStore } from "./store.ts";

const UNKNOWN = "–";

export function Overview({ store, session }: { readonly store: EnvironmentStore; readonly session: Session }) {
  const doing = useDoing();
  const findings = store.findings.value.value;
  const ports = store.ports.value.value;
  const failure = store.findings.failure.value ?? store.ports.failure.value;
  const failed = doing.failure.value;
  return (
    <>
      <PageHead title="Environment" lead={leadOf(findings)}>
        <RunDoctor session={session} workstation={null} doing={doing} onReport={() => void store.load()} />
        <TakeReport workstation={null} there={findings?.premises != null} />
      </PageHead>
      {failed !== null && <FailureNotice failure={failed} onRemedy={remedyOf(() => (doing.failure.value = null))} />}
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void store.load())} />}
      <Standing findings={findings} ports={ports} />
      <Section title="What is wrong">
        {findings !== null && <Wrong findings={findings} />}
        {findings === null && failure === null && <TableSkeleton label="Loading what was found" />}
      </Section>
      {/* Below what takes its place only once it is known. */}
      {(findings !== null || failure !== null) && (
        <Section title="Ports" hint="What must be open, what listens at this server now, and who reaches it.">
          {ports !== null && <PortMatrix ports={ports} />}
          {ports === null && failure === null && <TableSkeleton label="Loading the ports" rows={11} />}
        </Section>
      )}
    </>
  );
}

function leadOf(findings: Findings | null): string {
  if (findings === null) return " ";
  if (findings.premises === null) return "This server looks over itself for the first time within a minute.";
  return `This server looked over itself ${agoText(findings.premises.at, wallNow())}, and does so hourly.`;
}

interface StandingProps {
  readonly findings: Findings | null;
  readonly ports: readonly PortItem[] | null;
}

const count = (value: number | undefined): string => (value === undefined ? UNKNOWN : value.toLocaleString("en"));

function Standing({ findings, ports }: StandingProps) {
  const standing = findings === null ? undefined : standingOf(findings);
  const open = ports?.filter((one) => one.listening !== null);
  const listening = open?.filter((one) => one.listening).length;
  const deaf = open?.some((one) => portState(one).tone === "bad") ?? false;
  return (
    <Figures>
      <Figure
        value={count(standing?.errors)}
        label={standing?.errors === 1 ? "error" : "errors"}
        tone={(standing?.errors ?? 0) > 0 ? "alarm" : "plain"}
        hint="Recordings are missing, or will be."
      />
      <Figure
        value={count(standing?.warnings)}
        label={standing?.warnings === 1 ? "warning" : "warnings"}
        tone={(standing?.warnings ?? 0) > 0 ? "warn" : "plain"}
        hint="Not as it should be."
      />
      <Figure
        value={open === undefined ? UNKNOWN : `${listening} of ${open.length}`}
        label="ports listening"
        tone={deaf ? "alarm" : open === undefined ? "plain" : "good"}
        hint="At this server, now."
      />
      <Figure
        value={findings === null ? UNKNOWN : `${count(standing?.reports)} of ${count(findings.workstations.length)}`}
        label="workstations looked over"
        hint={standing === undefined ? " " : afflictedText(standing.afflicted, standing.reports)}
      />
    </Figures>
  );
}

function afflictedText(afflicted: number, reports: number): string {
  if (reports === 0) return "None has told yet.";
  if (afflicted === 0) return "All of them are well.";
  return afflicted === 1 ? "Something is wrong at 1." : `Something is wrong at ${afflicted.toLocaleString("en")}.`;
}

function Wrong({ findings }: { readonly findings: Findings }) {
  const all = findings.premises?.findings ?? [];
  const wrong = wrongOf(findings);
  const well = all.filter((one) => !isProblem(one));
  const nothing = wrong.length === 0;
  return (
    <>
      {nothing && findings.premises !== null && (
        <Empty
          icon="check"
          title="Nothing is wrong"
          hint="Neither at this server nor at a workstation that has told."
        />
      )}
      {nothing && findings.premises === null && (
        <Empty
          icon="clock"
          title="Nothing was looked at yet"
          hint="This server begins within a minute after its start. The button above begins now."
        />
      )}
      {!nothing && (
        <ul class={css.findings} aria-label="What is wrong">
          {wrong.map(({ finding, problem }, at) => (
            <FindingCard
              key={`${finding.code} ${finding.subject} ${at}`}
              finding={finding}
              where={problem === null ? "At this server." : <Where problem={problem} />}
            />
          ))}
        </ul>
      )}
      {well.length > 0 && (
        <details class={css.well}>
          <summary>{well.length === 1 ? "1 thing is well here" : `${well.length} things are well here`}</summary>
          <ul class={css.lines}>
            {well.map((one, at) => (
              <FindingLine key={`${one.code} ${one.subject} ${at}`} finding={one} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** Whose it is: a link for one, names for several. */
function Where({ problem }: { readonly problem: Problem }) {
  const [first] = problem.workstations;
  if (problem.count === 1 && first !== undefined) {
    return (
      <>
        At{" "}
        <a class="link" href={addressOf({ page: "environment", section: "workstations", workstation: first })}>
          {first}
        </a>
        .
      </>
    );
  }
  return (
    <>
      At {problem.count.toLocaleString("en")}{" "}
      <a class="link" href={addressOf({ page: "environment", section: "workstations", workstation: null })}>
        workstations
      </a>
      : {namesText(problem.workstations, problem.count)}.
    </>
  );
}
