/** What a report is narrowed to, as chips. */

import {
  type AnalyticsField,
  type AnalyticsFilter,
  type AnalyticsSection,
  withoutAnalyticsField,
} from "../../core/analytics-filter.ts";
import { ANALYTICS_FIELD_TITLES, analyticsChips } from "../../core/analytics-words.ts";
import type { Facets } from "../../core/facets.ts";
import type { IconName } from "../../ui/icon.tsx";
import { Options } from "../../ui/options.tsx";
import { AddFilter, FilterChips } from "../filtering.tsx";
import { useFacets } from "../library/facets.ts";
import { PatternEditor } from "../pattern-editor.tsx";
import { TimeEditor } from "../time-editor.tsx";
import css from "./analytics.module.css";

const ICONS: Readonly<Record<AnalyticsField, IconName>> = {
  time: "calendar",
  application: "monitor",
  agent: "person",
  group: "people",
  title: "audit",
  url: "link",
  rule: "settings",
};

const FIELDS: readonly AnalyticsField[] = ["time", "application", "agent", "group", "title", "url"];

interface FiltersProps {
  readonly filter: AnalyticsFilter;
  readonly section: AnalyticsSection;
  /** Applications that reports on this page have named. */
  readonly applications: readonly string[];
  readonly onChange: (filter: AnalyticsFilter) => void;
}

export function AnalyticsFilters(props: FiltersProps) {
  const { filter, section, onChange } = props;
  const [facets, onSearch] = useFacets();
  const fields = section === "moments" ? [...FIELDS, "rule" as const] : FIELDS;
  const offered = fields
    .filter((field) => field !== "group" || (facets?.groups.length ?? 0) > 0)
    .map((field) => ({ field, title: ANALYTICS_FIELD_TITLES[field], icon: ICONS[field] }));
  const editor = (field: AnalyticsField, close: () => void) => (
    <Editor key={field} field={field} {...props} facets={facets} onSearch={onSearch} close={close} />
  );
  return (
    <div class={css.filters}>
      <AddFilter fields={offered} editor={editor} />
      <FilterChips
        chips={analyticsChips(filter, facets?.groups ?? [])}
        editor={editor}
        onRemove={(field) => onChange(withoutAnalyticsField(filter, field))}
      />
    </div>
  );
}

interface EditorProps extends FiltersProps {
  readonly field: AnalyticsField;
  readonly facets: Facets | null;
  readonly onSearch: (prefix: string) => void;
  readonly close: () => void;
}

const same = (values: readonly string[]) => values.map((value) => ({ value, text: value }));

/** A name as it was typed, where it can be one. */
const named = (typed: string): string | null => typed.trim().slice(0, 128) || null;

function Editor({ field, filter, facets, applications, onSearch, onChange, close }: EditorProps) {
  switch (field) {
    case "time":
      return <TimeEditor time={filter} onChange={(time) => onChange({ ...filter, ...time })} close={close} />;
    case "application":
      return (
        <Options
          label="Applications"
          options={same([...new Set([...filter.applications, ...applications])])}
          chosen={filter.applications}
          create={named}
          onChange={(chosen) => onChange({ ...filter, applications: chosen })}
        />
      );
    case "agent":
      return (
        <Options
          label="Agents"
          options={same(facets?.agents ?? [])}
          chosen={filter.agents}
          onSearch={onSearch}
          onChange={(agents) => onChange({ ...filter, agents })}
        />
      );
    case "group":
      return (
        <Options
          single
          label="Groups"
          options={(facets?.groups ?? []).map((one) => ({ value: one.id, text: one.name }))}
          chosen={filter.group === null ? [] : [filter.group]}
          onChange={([group]) => onChange({ ...filter, group: group ?? null })}
        />
      );
    default:
      return (
        <PatternEditor
          title={ANALYTICS_FIELD_TITLES[field]}
          value={filter[field]}
          onSet={(value) => {
            onChange({ ...filter, [field]: value });
            close();
          }}
        />
      );
  }
}
