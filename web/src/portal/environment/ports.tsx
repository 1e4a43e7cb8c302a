/** The port matrix: what listens here, who reaches it, and all that a network team asks about a port. */

import { useState } from "preact/hooks";
import type { PortItem } from "../../core/environment.ts";
import { namesText, type PortState, portState, reachText, wayText } from "../../core/environment-words.ts";
import { addressOf } from "../../core/route.ts";
import { Dot, type Tone } from "../../ui/badge.tsx";
import { Drawer } from "../../ui/dialog.tsx";
import { Table } from "../../ui/table.tsx";
import type { Column } from "../../ui/table-row.tsx";
import css from "./environment.module.css";

const TONES: Readonly<Record<PortState["tone"], Tone>> = { good: "accent", bad: "live", quiet: "neutral" };

function State({ port }: { readonly port: PortItem }) {
  const state = portState(port);
  return (
    <span class={css.state} data-tone={state.tone}>
      <Dot tone={TONES[state.tone]} />
      <span class={css.cut}>{state.text}</span>
    </span>
  );
}

function ReachCell({ port }: { readonly port: PortItem }) {
  return <span class={port.reach.unreached > 0 ? css.fault : css.muted}>{reachText(port)}</span>;
}

const COLUMNS: readonly Column<PortItem>[] = [
  {
    key: "number",
    title: "Port",
    width: "5rem",
    min: 5,
    priority: 0,
    cell: (port) => (
      <span class={`${css.what} figures`}>
        {port.number}
        <span class="spoken">: {port.purpose}</span>
      </span>
    ),
  },
  {
    key: "purpose",
    title: "For",
    width: "minmax(12rem, 2fr)",
    min: 12,
    priority: 0,
    cell: (port) => <span title={port.purpose}>{port.purpose}</span>,
  },
  {
    key: "state",
    title: "At this server",
    width: "minmax(9.5rem, 1fr)",
    min: 9.5,
    priority: 0,
    cell: (port) => <State port={port} />,
  },
  {
    key: "reach",
    title: "Workstations that reach it",
    width: "minmax(12rem, 1fr)",
    min: 12,
    priority: 0,
    cell: (port) => <ReachCell port={port} />,
  },
  { key: "way", title: "From and to", width: "15rem", min: 15, priority: 2, cell: (port) => wayText(port) },
  { key: "transport", title: "Spoken", width: "8rem", min: 8, priority: 3, cell: (port) => port.transport },
  {
    key: "openAt",
    title: "Open at",
    width: "minmax(11rem, 0.8fr)",
    min: 11,
    priority: 4,
    cell: (port) => port.openAt.join(", "),
  },
];

const keyOf = (port: PortItem): string => port.service;
const narrowOf = (port: PortItem) => (
  <span class={css.narrow}>
    <span class={css.what}>
      <span class="figures">{port.number}</span> {port.purpose}
    </span>
    <State port={port} />
    <span>
      <ReachCell port={port} />
    </span>
  </span>
);

export function PortMatrix({ ports }: { readonly ports: readonly PortItem[] }) {
  const [opened, setOpened] = useState<PortItem | null>(null);
  return (
    <>
      <Table label="Ports" columns={COLUMNS} rows={ports} keyOf={keyOf} narrow={narrowOf} onOpen={setOpened} />
      <Drawer
        title={opened === null ? "Port" : `Port ${opened.number}: ${opened.purpose}`}
        open={opened !== null}
        onClose={() => setOpened(null)}
      >
        {opened !== null && <PortFacts port={opened} />}
      </Drawer>
    </>
  );
}

/** So many are named with a link each; the doctor's findings at each say why. */
const LINKED_MAX = 50;

function PortFacts({ port }: { readonly port: PortItem }) {
  const { unreached, workstations } = port.reach;
  const linked = workstations.slice(0, LINKED_MAX);
  return (
    <dl class={css.facts}>
      <dt>At this server</dt>
      <dd>
        <State port={port} />
      </dd>
      <dt>From and to</dt>
      <dd>{wayText(port)}</dd>
      <dt>Spoken</dt>
      <dd>{port.transport}</dd>
      <dt>Protected by</dt>
      <dd>{port.secured}</dd>
      <dt>Must be open at</dt>
      <dd>{port.openAt.join(", ")}</dd>
      <dt>Workstations</dt>
      <dd>{reachText(port)}</dd>
      {unreached > 0 && (
        <>
          <dt>Do not reach it</dt>
          <dd>
            <ul class={css.names}>
              {linked.map((name) => (
                <li key={name}>
                  <a class="link" href={addressOf({ page: "environment", section: "workstations", workstation: name })}>
                    {name}
                  </a>
                </li>
              ))}
            </ul>
            {unreached > linked.length && <p class={css.muted}>{namesText([], unreached - linked.length)}</p>}
          </dd>
        </>
      )}
    </dl>
  );
}
