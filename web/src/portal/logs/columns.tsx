/** A line as a row. Its values narrow the list to what is the same in them, and take that away again. */

import type { ComponentChildren } from "preact";
import { brief } from "../../core/brief.ts";
import {
  holds,
  isIdle,
  levelTitle,
  lineTime,
  type Narrowing,
  serviceText,
  shownFields,
  sinceFirst,
  toggledBy,
  toneOf,
  workstationText,
} from "../../core/log-words.ts";
import { type LogFilter, type LogLine, logsAddress } from "../../core/logs.ts";
import { clockText } from "../../core/time.ts";
import type { Column } from "../../ui/table-row.tsx";
import css from "./logs.module.css";

interface ValueProps {
  readonly filter: LogFilter;
  readonly by: Narrowing;
  /** What it narrows to, for who does not see the column. */
  readonly title: string;
  readonly looks?: string | undefined;
  readonly children: ComponentChildren;
}

/** A value to click on. By keyboard the opened line has the same. */
function Value({ filter, by, title, looks = "", children }: ValueProps) {
  if (isIdle(by)) return <>{children}</>;
  const isOn = holds(filter, by);
  return (
    <a
      class={`${css.value} ${isOn ? css.holds : ""} ${looks}`}
      href={logsAddress(toggledBy(filter, by))}
      tabIndex={-1}
      title={isOn ? `No longer only: ${title}` : `Only: ${title}`}
    >
      {children}
    </a>
  );
}

export function Level({ line }: { readonly line: LogLine }) {
  return <span class={`${css.level} ${css[toneOf(line.level)]}`}>{levelTitle(line.level)}</span>;
}

/** As many values of a line as are seen beside its text. */
const FIELDS_SHOWN = 6;

function Fields({ line }: { readonly line: LogLine }) {
  return (
    <>
      {shownFields(line)
        .slice(0, FIELDS_SHOWN)
        .map(([name, value]) => (
          <span key={name} class={css.field}>
            {" "}
            <span class={css.name}>{name}=</span>
            {value}
          </span>
        ))}
    </>
  );
}

const TIME_REM = 6;

const about = (filter: LogFilter): Column<LogLine> => ({
  key: "about",
  title: "About",
  width: "7rem",
  min: 7,
  priority: 3,
  cell: (line) =>
    line.interaction !== "" && (
      <Value filter={filter} by={{ interaction: line.interaction }} title={`all about ${line.interaction}`}>
        <span class="figures">{brief(line.interaction, 4)}</span>
      </Value>
    ),
});

/** `first`: of a timeline, from which on time is counted. */
export function logColumns(filter: LogFilter, first: LogLine | null): readonly Column<LogLine>[] {
  const since: Column<LogLine> = {
    key: "since",
    title: "After",
    width: "6.5rem",
    min: 6.5,
    priority: 1,
    end: true,
    cell: (line) => <span class={`${css.muted} figures`}>{first === null ? "" : sinceFirst(line, first)}</span>,
  };
  return [
    {
      key: "at",
      title: "Time",
      width: `${TIME_REM}rem`,
      min: TIME_REM,
      priority: 0,
      cell: (line) => <span class="figures">{lineTime(line.at)}</span>,
    },
    ...(first === null ? [] : [since]),
    {
      key: "level",
      title: "Level",
      width: "5.5rem",
      min: 5.5,
      priority: 0,
      cell: (line) => (
        <Value filter={filter} by={{ level: line.level }} title={`${line.level} and worse`}>
          <Level line={line} />
        </Value>
      ),
    },
    {
      key: "workstation",
      title: "Workstation",
      width: "minmax(7rem, 0.7fr)",
      min: 7,
      priority: 1,
      cell: (line) => (
        <Value filter={filter} by={{ workstation: line.workstation }} title={workstationText(line.workstation)}>
          {workstationText(line.workstation)}
        </Value>
      ),
    },
    {
      key: "service",
      title: "Service",
      width: "minmax(6rem, 0.6fr)",
      min: 6,
      priority: 2,
      cell: (line) =>
        line.service !== "" && (
          <Value filter={filter} by={{ service: line.service }} title={serviceText(line.service)}>
            {line.service}
          </Value>
        ),
    },
    ...(first === null ? [about(filter)] : []),
    {
      key: "text",
      title: "Message",
      width: "minmax(16rem, 4.5fr)",
      min: 16,
      priority: 0,
      opens: true,
      cell: (line) => (
        <span class={css.text}>
          {line.text}
          <Fields line={line} />
        </span>
      ),
    },
  ];
}

/** Where there is no room for columns. */
export function LogRow({ line }: { readonly line: LogLine }) {
  return (
    <span class={css.narrow}>
      <span class={`${css.muted} figures`}>
        {clockText(line.at, true)} <Level line={line} /> {workstationText(line.workstation)} {line.service}
      </span>
      <span class={css.twoLines}>{line.text}</span>
    </span>
  );
}
