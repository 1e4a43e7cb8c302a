/** One workstation: its newest report, worst first, and having it look again. */

import { useEffect, useMemo } from "preact/hooks";
import type { Session } from "../../core/access.ts";
import { agoText } from "../../core/ago.ts";
import type { Report } from "../../core/environment.ts";
import { isProblem, reportText } from "../../core/environment-words.ts";
import { addressOf } from "../../core/route.ts";
import { LinkButton } from "../../ui/button.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { PageHead, Section } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/table.tsx";
import { wallNow } from "../clock.ts";
import { Loaded, remedyOf, useDoing, useLoaded } from "../loaded.ts";
import { getReport } from "./api.ts";
import css from "./environment.module.css";
import { FindingCard, FindingLine } from "./finding.tsx";
import { RunDoctor, TakeReport } from "./run.tsx";
import type { EnvironmentStore } from "./store.ts";

interface MachineProps {
  readonly id: string;
  readonly store: EnvironmentStore;
  readonly session: Session;
}

/** What the server says of a workstation that has sent nothing. */
const NO_REPORT = "doctor.no_report";

export function Machine({ id, store, session }: MachineProps) {
  const loaded = useLoaded(id, () => new Loaded<Report>((stop) => getReport(id, stop)));
  const doing = useDoing();
  useEffect(() => {
    document.title = `${id} · Environment · Playhead`;
  }, [id]);
  const known = store.findings.value.value?.workstations.find((one) => one.workstation === id);
  const report = loaded.value.value;
  const failure = loaded.failure.value;
  const told = failure?.code !== NO_REPORT;
  const failed = doing.failure.value;
  const unable = known !== undefined && !known.connected ? { unable: "It is not connected." } : {};
  const lead = useMemo(() => (report === null ? " " : reportText(report)), [report]);
  return (
    <>
      <PageHead title={id} lead={lead}>
        <RunDoctor
          session={session}
          workstation={id}
          doing={doing}
          {...unable}
          onReport={(made) => {
            loaded.value.value = made;
            loaded.failure.value = null;
            void store.load();
          }}
        />
        <TakeReport workstation={id} there={report !== null} />
        <LinkButton
          kind="quiet"
          icon="back"
          href={addressOf({ page: "environment", section: "workstations", workstation: null })}
        >
          All workstations
        </LinkButton>
      </PageHead>
      {failed !== null && <FailureNotice failure={failed} onRemedy={remedyOf(() => (doing.failure.value = null))} />}
      {failure !== null && told && <FailureNotice failure={failure} onRemedy={remedyOf(() => void loaded.load())} />}
      {report === null && failure === null && <TableSkeleton label="Loading the report" rows={6} />}
      {report === null && !told && (
        <Empty
          icon="monitor"
          title="It has not told yet"
          hint="A workstation looks over itself within two minutes after its start, and tells when it is connected."
        />
      )}
      {report !== null && <Findings report={report} />}
    </>
  );
}

function Findings({ report }: { readonly report: Report }) {
  const wrong = report.findings.filter(isProblem);
  const well = report.findings.filter((one) => !isProblem(one));
  return (
    <>
      <p class={css.muted}>
        {report.machine}, Playhead {report.version}, {agoText(report.at, wallNow())}. It took{" "}
        {(report.elapsedMs / 1_000).toFixed(1)} s.
      </p>
      <Section title="What is wrong">
        {wrong.length === 0 ? (
          <Empty icon="check" title="Nothing is wrong" hint="Everything that was looked at is as it should be." />
        ) : (
          <ul class={css.findings} aria-label="What is wrong">
            {wrong.map((one, at) => (
              <FindingCard key={`${one.code} ${one.subject} ${at}`} finding={one} />
            ))}
          </ul>
        )}
      </Section>
      {well.length > 0 && (
        <Section title="What is well">
          <ul class={css.lines}>
            {well.map((one, at) => (
              <FindingLine key={`${one.code} ${one.subject} ${at}`} finding={one} />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
