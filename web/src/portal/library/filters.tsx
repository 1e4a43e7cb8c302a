/** What the library is narrowed to, as chips, and the button that adds one. */

import { type Facets, NO_FACETS } from "../../core/facets.ts";
import { type Filter, narrows } from "../../core/filter.ts";
import { chipsOf, cleared, FIELD_TITLES, FIELDS, type Field, WORKED_FIELDS, without } from "../../core/filter-words.ts";
import type { IconName } from "../../ui/icon.tsx";
import { AddFilter, FilterChips } from "../filtering.tsx";
import { FieldEditor } from "./editors.tsx";

const FIELD_ICONS: Readonly<Record<Field, IconName>> = {
  time: "calendar",
  agent: "person",
  workstation: "monitor",
  site: "library",
  group: "people",
  state: "record",
  length: "clock",
  tag: "tag",
  gap: "gap",
  blackout: "blackout",
  held: "lock",
  application: "chart",
  url: "link",
  rule: "rules",
  idle: "clock",
};

interface FiltersProps {
  readonly filter: Filter;
  readonly facets: Facets | null;
  /** Whether to offer what was worked with. */
  readonly worked: boolean;
  /** Asks for what there is to narrow to. */
  readonly onSearch: (prefix: string) => void;
  readonly onChange: (filter: Filter) => void;
}

/** The fields that there is anything to choose from. */
function offeredFields({ facets, worked }: FiltersProps): readonly Field[] {
  const fields = worked ? FIELDS : FIELDS.filter((field) => !WORKED_FIELDS.has(field));
  if (facets === null) return fields;
  return fields.filter((field) => {
    if (field === "site") return facets.sites.length > 1;
    return field !== "group" || facets.groups.length > 0;
  });
}

const editorOf = (props: FiltersProps) => (field: Field, close: () => void) => (
  <FieldEditor field={field} {...props} facets={props.facets ?? NO_FACETS} close={close} />
);

export function AddLibraryFilter(props: FiltersProps) {
  const fields = offeredFields(props).map((field) => ({
    field,
    title: FIELD_TITLES[field],
    icon: FIELD_ICONS[field],
  }));
  return <AddFilter fields={fields} editor={editorOf(props)} onOpen={() => props.onSearch("")} />;
}

export function LibraryChips(props: FiltersProps) {
  const { filter, facets, onSearch, onChange } = props;
  return (
    <FilterChips
      chips={chipsOf(filter, facets ?? NO_FACETS)}
      editor={editorOf(props)}
      onOpen={() => onSearch("")}
      onRemove={(field) => onChange(without(filter, field))}
      onClear={narrows(filter) ? () => onChange(cleared(filter)) : undefined}
    />
  );
}
