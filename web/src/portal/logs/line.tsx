/** All that a line says, beside the list. */

import type { ComponentChildren } from "preact";
import { can, type Session } from "../../core/access.ts";
import { dayKey } from "../../core/calendar.ts";
import {
  byField,
  holds,
  isIdle,
  type Narrowing,
  recordingOf,
  shownFields,
  toggledBy,
  workstationText,
} from "../../core/log-words.ts";
import { AROUND_MS, type LogFilter, type LogLine, logsAddress, NO_LOG_FILTER, placeOf } from "../../core/logs.ts";
import { addressOf } from "../../core/route.ts";
import { lengthText } from "../../core/time.ts";
import { Button, IconButton, LinkButton } from "../../ui/button.tsx";
import { Drawer } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { go } from "../router.ts";
import { Level } from "./columns.tsx";
import css from "./logs.module.css";

interface DrawerProps {
  /** Newest first. */
  readonly lines: readonly LogLine[];
  /** The line's id, or null. */
  readonly open: string | null;
  readonly filter: LogFilter;
  readonly session: Session;
  readonly onMove: (id: string | null) => void;
  /** Has the log that a line is from say more; null where that cannot be. */
  readonly onRaise: ((line: LogLine) => void) | null;
}

export function LineDrawer({ lines, open, filter, session, onMove, onRaise }: DrawerProps) {
  const at = open === null ? -1 : lines.findIndex((one) => one.id === open);
  const line = lines[at];
  const newer = lines[at - 1];
  const older = lines[at + 1];
  return (
    <Drawer
      title="Line"
      open={line !== undefined}
      onClose={() => onMove(null)}
      foot={
        <>
          <Button icon="up" disabled={newer === undefined} onClick={() => newer && onMove(newer.id)}>
            Newer
          </Button>
          <Button icon="down" disabled={older === undefined} onClick={() => older && onMove(older.id)}>
            Older
          </Button>
        </>
      }
    >
      {line !== undefined && <Line line={line} filter={filter} session={session} onRaise={onRaise} />}
    </Drawer>
  );
}

async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: `${what} copied`, icon: "copy" });
  } catch {
    // Browsers allow it only on pages that came over TLS.
    toast({ text: "The browser does not let this page copy", hint: text, tone: "danger" });
  }
}

/** Everything that everybody said a minute before and after. */
function aroundAddress(line: LogLine): string {
  const at = line.at.getTime();
  const from = new Date(at - AROUND_MS).toISOString();
  return logsAddress({ ...NO_LOG_FILTER, from, to: new Date(at + AROUND_MS).toISOString() }, line.id);
}

interface LineProps {
  readonly line: LogLine;
  readonly filter: LogFilter;
  readonly session: Session;
  readonly onRaise: DrawerProps["onRaise"];
}

function Line({ line, filter, session, onRaise }: LineProps) {
  const only = (by: Narrowing | null) =>
    by === null || isIdle(by)
      ? {}
      : { only: { isOn: holds(filter, by), toggle: () => go(logsAddress(toggledBy(filter, by))) } };
  const recording = recordingOf(line);
  const station = { day: dayKey(line.at) };
  return (
    <div class={css.line}>
      <p class={css.said}>{line.text === "" ? <span class={css.muted}>Nothing in words.</span> : line.text}</p>
      <div class={css.deeds}>
        <LinkButton small icon="clock" href={aroundAddress(line)}>
          Around this moment
        </LinkButton>
        {line.interaction !== "" && (
          <LinkButton small icon="logs" href={logsAddress({ ...NO_LOG_FILTER, interaction: line.interaction })}>
            Its interaction
          </LinkButton>
        )}
        {recording !== null && can(session, "view") && (
          <LinkButton small icon="play" href={addressOf({ page: "recording", id: recording, momentUs: null })}>
            Recording
          </LinkButton>
        )}
        {line.workstation !== "" && (
          <LinkButton
            small
            icon="coverage"
            href={addressOf({
              page: "coverage",
              workstation: line.workstation,
              query: new URLSearchParams(station).toString(),
            })}
          >
            Coverage
          </LinkButton>
        )}
        {onRaise !== null && (
          <Button small icon="plus" onClick={() => onRaise(line)}>
            Have it say more
          </Button>
        )}
        <Button small icon="link" onClick={() => void copy(location.origin + logsAddress(filter, line.id), "Link")}>
          Copy a link
        </Button>
        <Button small icon="copy" onClick={() => void copy(lineJson(line), "Line")}>
          Copy the line
        </Button>
      </div>
      <dl class={css.facts}>
        <Fact name="When">
          <time dateTime={line.at.toISOString()}>
            {line.at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "medium" })}
          </time>
          <span class={css.muted}>{placeOf(line.id)?.[0]}</span>
        </Fact>
        <Fact name="Level" {...only({ level: line.level })}>
          <Level line={line} />
        </Fact>
        <Fact name="Workstation" {...only({ workstation: line.workstation })}>
          {workstationText(line.workstation)}
          {!line.proven && line.workstation !== "" && (
            <span class={css.muted}>It says so itself, from {line.address || "an unknown address"}.</span>
          )}
        </Fact>
        {line.service !== "" && (
          <Fact name="Service" {...only({ service: line.service })}>
            {line.service}
          </Fact>
        )}
        {line.interaction !== "" && (
          <Fact name="Interaction" {...only({ interaction: line.interaction })}>
            <code class={css.code}>{line.interaction}</code>
          </Fact>
        )}
        {line.process !== "" && <Fact name="Process">{line.process}</Fact>}
        {line.receivedAt !== null && (
          <Fact name="Arrived">
            {lengthText(line.receivedAt.getTime() - line.at.getTime())} later
            <span class={css.muted}>{line.receivedAt.toISOString()}</span>
          </Fact>
        )}
        {line.saidAt !== null && (
          <Fact name="Its clock">
            <span class={css.muted}>said {line.saidAt.toISOString()}</span>
          </Fact>
        )}
        {shownFields(line).map(([name, value]) => (
          <Fact key={name} name={name} {...only(byField(name, value))}>
            <code class={css.code}>{value}</code>
          </Fact>
        ))}
      </dl>
    </div>
  );
}

function lineJson(line: LogLine): string {
  return JSON.stringify({ ...line, fields: Object.fromEntries(line.fields) });
}

interface FactProps {
  readonly name: string;
  /** Narrows the list to what is the same in this, or takes that away. */
  readonly only?: { readonly isOn: boolean; readonly toggle: () => void };
  readonly children: ComponentChildren;
}

function Fact({ name, only, children }: FactProps) {
  return (
    <div class={css.fact}>
      <dt>{name}</dt>
      <dd>
        <span class={css.what}>{children}</span>
        {only !== undefined && (
          <IconButton
            small
            icon="filter"
            label={`Only lines with this: ${name}`}
            pressed={only.isOn}
            onClick={only.toggle}
          />
        )}
      </dd>
    </div>
  );
}
