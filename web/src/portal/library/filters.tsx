/** What the list is narrowed to, as chips, and the button that adds one. */

import { useState } from "preact/hooks";
import { type Facets, NO_FACETS } from "../../core/facets.ts";
import { type Filter, narrows } from "../../core/filter.ts";
import { chipsOf, cleared, FIELD_TITLES, FIELDS, type Field, without } from "../../core/filter-words.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Chip, Chips } from "../../ui/chip.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { Popover } from "../../ui/popover.tsx";
import { FieldEditor } from "./editors.tsx";
import css from "./library.module.css";

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
};

interface FiltersProps {
  readonly filter: Filter;
  readonly facets: Facets | null;
  /** Asks for what there is to narrow to. */
  readonly onSearch: (prefix: string) => void;
  readonly onChange: (filter: Filter) => void;
}

/** The fields that there is anything to choose from. */
function offeredFields(facets: Facets | null): readonly Field[] {
  if (facets === null) return FIELDS;
  return FIELDS.filter((field) => {
    if (field === "site") return facets.sites.length > 1;
    return field !== "group" || facets.groups.length > 0;
  });
}

function Adding(props: FiltersProps & { readonly close: () => void }) {
  const [field, setField] = useState<Field | null>(null);
  if (field === null) {
    return (
      <ul class={css.fields}>
        {offeredFields(props.facets).map((one) => (
          <li key={one}>
            <button type="button" class={css.preset} onClick={() => setField(one)}>
              <Icon name={FIELD_ICONS[one]} size={16} />
              {FIELD_TITLES[one]}
            </button>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <div>
      <div class={css.back}>
        <IconButton small icon="back" label="Other filters" onClick={() => setField(null)} />
        <h2>{FIELD_TITLES[field]}</h2>
      </div>
      <FieldEditor field={field} {...props} facets={props.facets ?? NO_FACETS} />
    </div>
  );
}

export function AddFilter(props: FiltersProps) {
  return (
    <Popover
      label="Filter"
      onOpen={(box) => {
        props.onSearch("");
        box.querySelector<HTMLElement>("button")?.focus();
      }}
      trigger={(opens) => (
        <Button icon="filter" opens={opens}>
          Filter
        </Button>
      )}
    >
      {(close) => <Adding {...props} close={close} />}
    </Popover>
  );
}

export function FilterChips(props: FiltersProps) {
  const { filter, facets, onSearch, onChange } = props;
  const chips = chipsOf(filter, facets ?? NO_FACETS);
  if (chips.length === 0) return null;
  return (
    <Chips label="Filters">
      {chips.map(({ field, title, text }) => (
        <Popover
          key={field}
          label={title}
          onOpen={() => onSearch("")}
          trigger={(opens) => (
            <Chip label={title} opens={opens} onRemove={() => onChange(without(filter, field))}>
              {text}
            </Chip>
          )}
        >
          {(close) => <FieldEditor field={field} {...props} facets={facets ?? NO_FACETS} close={close} />}
        </Popover>
      ))}
      {narrows(filter) && (
        <Button small kind="quiet" onClick={() => onChange(cleared(filter))}>
          Clear
        </Button>
      )}
    </Chips>
  );
}
