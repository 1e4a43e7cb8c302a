/** The link to the cloud: whether it is there, what it carries for whom, and what waits. */

import { useEffect } from "preact/hooks";
import { agoText } from "../../core/ago.ts";
import {
  classText,
  type Link,
  type LinkLine,
  type LinkTraffic,
  rateText,
  readLink,
  roundTripText,
  throughput,
} from "../../core/link.ts";
import { bytesText } from "../../core/time.ts";
import { requestJson } from "../../net/http.ts";
import { Figure, Figures } from "../../ui/figures.tsx";
import { Empty, FailureNotice, Notice } from "../../ui/notice.tsx";
import { PageHead, Section } from "../../ui/page.tsx";
import { Table, TableSkeleton } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import { wallNow } from "../clock.ts";
import { Loaded, remedyOf, useLoaded } from "../loaded.ts";
import css from "./environment.module.css";

const AGAIN_MS = 2_000;

const msText = (ms: number | null): string => (ms === null ? "–" : ms.toFixed(1));

const LINKS: readonly Column<LinkLine>[] = [
  { key: "slot", title: "Connection", width: "minmax(8rem, 1fr)", min: 8, priority: 0, cell: lineText },
  {
    key: "rtt",
    title: "Round trip, ms",
    width: "8rem",
    min: 8,
    priority: 0,
    end: true,
    cell: (one) => msText(one.roundTripMs),
  },
  {
    key: "least",
    title: "Shortest, ms",
    width: "8rem",
    min: 8,
    priority: 3,
    end: true,
    cell: (one) => msText(one.roundTripMsMin),
  },
  {
    key: "rate",
    title: "Has carried",
    width: "8rem",
    min: 8,
    priority: 2,
    end: true,
    cell: (one) => rateText(one.rateKbitS),
  },
  {
    key: "flight",
    title: "On its way",
    width: "8rem",
    min: 8,
    priority: 4,
    end: true,
    cell: (one) => bytesText(one.flightBytes),
  },
  {
    key: "sent",
    title: "Sent",
    width: "7rem",
    min: 7,
    priority: 1,
    end: true,
    cell: (one) => bytesText(one.sentBytes),
  },
  {
    key: "received",
    title: "Received",
    width: "7rem",
    min: 7,
    priority: 1,
    end: true,
    cell: (one) => bytesText(one.receivedBytes),
  },
  {
    key: "waiting",
    title: "Waiting",
    width: "6rem",
    min: 6,
    priority: 0,
    end: true,
    cell: (one) => one.waiting.toLocaleString("en"),
  },
];

const TRAFFIC: readonly Column<LinkTraffic>[] = [
  {
    key: "urgency",
    title: "For",
    width: "minmax(11rem, 1fr)",
    min: 11,
    priority: 0,
    cell: (one) => classText(one.urgency),
  },
  {
    key: "streams",
    title: "Streams",
    width: "6rem",
    min: 6,
    priority: 1,
    end: true,
    cell: (one) => one.streams.toLocaleString("en"),
  },
  { key: "out", title: "Out", width: "8rem", min: 8, priority: 0, end: true, cell: (one) => rateText(one.sentKbitS) },
  { key: "in", title: "In", width: "8rem", min: 8, priority: 0, end: true, cell: (one) => rateText(one.receivedKbitS) },
  {
    key: "sent",
    title: "Sent",
    width: "7rem",
    min: 7,
    priority: 2,
    end: true,
    cell: (one) => bytesText(one.sentBytes),
  },
  {
    key: "received",
    title: "Received",
    width: "7rem",
    min: 7,
    priority: 2,
    end: true,
    cell: (one) => bytesText(one.receivedBytes),
  },
  {
    key: "broken",
    title: "Broken off",
    width: "7rem",
    min: 7,
    priority: 3,
    end: true,
    cell: (one) => one.broken.toLocaleString("en"),
  },
];

const slotOf = (one: LinkLine): string => String(one.slot);
const urgencyOf = (one: LinkTraffic): string => one.urgency;

const narrowLine = (one: LinkLine) => (
  <span class={css.narrow}>
    <span class={css.what}>{lineText(one)}</span>
    <span>Round trip {msText(one.roundTripMs)} ms</span>
    <span class={css.muted}>
      {bytesText(one.sentBytes)} sent, {one.waiting.toLocaleString("en")} waiting
    </span>
  </span>
);

const narrowTraffic = (one: LinkTraffic) => (
  <span class={css.narrow}>
    <span class={css.what}>{classText(one.urgency)}</span>
    <span>
      {rateText(one.sentKbitS)} out, {rateText(one.receivedKbitS)} in
    </span>
    <span class={css.muted}>{bytesText(one.sentBytes)} sent</span>
  </span>
);

function lineText(line: LinkLine): string {
  return line.slot === 0 ? "1, for people" : `${line.slot + 1}, for bulk`;
}

interface CloudLinkProps {
  readonly title?: string;
  /** Whose server is asked: this one, or a site's. */
  readonly url?: string;
}

export function CloudLink({ title = "Cloud link", url = "/api/link" }: CloudLinkProps) {
  const link = useLoaded(url, () => new Loaded<Link>(async (signal) => readLink(await requestJson(url, { signal }))));
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void link.load();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [link]);
  const value = link.value.value;
  const failure = link.failure.value;
  return (
    <>
      <PageHead title={title} lead={value === null ? " " : leadOf(value)} />
      {failure !== null && <FailureNotice failure={failure} onRemedy={remedyOf(() => void link.load())} />}
      {value === null && failure === null && <TableSkeleton label="Loading the link" />}
      {value !== null && !value.joined && (
        <Empty
          icon="network"
          title="This site has joined no cloud"
          hint="With a code of the cloud's administrator: playhead premises join CODE --cloud HOST"
        />
      )}
      {value !== null && value.code !== "" && <Trouble link={value} />}
      {value?.joined && <Joined link={value} />}
    </>
  );
}

function leadOf(link: Link): string {
  if (!link.joined) return "What this site has recorded stays on this server.";
  const since = link.since === null ? "" : ` since ${agoText(link.since, wallNow())}`;
  return `${link.site} at ${link.cloud}: ${link.up ? "connected" : "not connected"}${since}.`;
}

function Trouble({ link }: { readonly link: Link }) {
  return <Notice tone={link.up ? "neutral" : "warn"} title={link.message} hint={link.hint} />;
}

function Joined({ link }: { readonly link: Link }) {
  const { sent, received } = throughput(link);
  const all = link.links.length >= link.linksWanted;
  const waiting = link.links.reduce((sum, one) => sum + one.waiting, 0);
  return (
    <>
      {link.plain && (
        <Notice
          tone="warn"
          title="The link is not encrypted"
          hint="Plain HTTP, as configured: whoever is on the way reads all of it. Without `cloud.transport` it is TLS."
        />
      )}
      <Figures>
        <Figure
          value={`${link.links.length} of ${link.linksWanted}`}
          label="connections"
          tone={all ? "good" : link.up ? "warn" : "alarm"}
          hint={link.up ? "Streams go on by another where one is lost." : "Nothing is lost: it is told later."}
        />
        <Figure value={roundTripText(link)} label="round trip" hint="What a click waits for at least." />
        <Figure
          value={rateText(sent)}
          label="sent now"
          hint={
            link.capKbitS === null
              ? "As much as the line carries."
              : `At most ${rateText(link.capKbitS)}, by the settings.`
          }
        />
        <Figure
          value={rateText(received)}
          label="received now"
          hint={`${waiting.toLocaleString("en")} streams wait for their turn.`}
        />
      </Figures>
      <Section title="By urgency" hint="Each lower one waits for those above it; bulk goes with what is left.">
        <Table
          label="Traffic by urgency"
          columns={TRAFFIC}
          rows={link.traffic}
          keyOf={urgencyOf}
          narrow={narrowTraffic}
        />
      </Section>
      <Section title="Connections">
        {link.links.length > 0 ? (
          <Table label="Connections" columns={LINKS} rows={link.links} keyOf={slotOf} narrow={narrowLine} />
        ) : (
          <Empty
            icon="network"
            title="There is none now"
            hint="This server dials again by itself, at least every 15 seconds."
          />
        )}
      </Section>
    </>
  );
}
