/** What a list is narrowed to, as chips, and the button that adds one. What narrows which field its page says. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button, IconButton } from "../ui/button.tsx";
import { Chip, Chips } from "../ui/chip.tsx";
import { Choice } from "../ui/choice.tsx";
import type { IconName } from "../ui/icon.tsx";
import { Popover } from "../ui/popover.tsx";
import css from "./filtering.module.css";

/** A field that a list can be narrowed by. */
export interface FilterField<F extends string> {
  readonly field: F;
  readonly title: string;
  readonly icon: IconName;
}

/** One that it is narrowed by, and to what. */
export interface FilterChip<F extends string> {
  readonly field: F;
  readonly title: string;
  readonly text: string;
}

/** What narrows a field. */
type EditorOf<F extends string> = (field: F, close: () => void) => ComponentChildren;

interface AddProps<F extends string> {
  readonly fields: readonly FilterField<F>[];
  readonly editor: EditorOf<F>;
  readonly onOpen?: () => void;
}

function Adding<F extends string>({ fields, editor, close }: AddProps<F> & { readonly close: () => void }) {
  const [chosen, setChosen] = useState<FilterField<F> | null>(null);
  if (chosen === null) {
    return (
      <ul class={css.fields}>
        {fields.map((one) => (
          <li key={one.field}>
            <Choice icon={one.icon} onClick={() => setChosen(one)}>
              {one.title}
            </Choice>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <div>
      <div class={css.back}>
        <IconButton small icon="back" label="Other filters" onClick={() => setChosen(null)} />
        <h2>{chosen.title}</h2>
      </div>
      {editor(chosen.field, close)}
    </div>
  );
}

export function AddFilter<F extends string>(props: AddProps<F>) {
  return (
    <Popover
      label="Filter"
      onOpen={(box) => {
        props.onOpen?.();
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

interface ChipsProps<F extends string> {
  readonly chips: readonly FilterChip<F>[];
  readonly editor: EditorOf<F>;
  readonly onOpen?: () => void;
  readonly onRemove: (field: F) => void;
  /** Given, all can be taken away at once. */
  readonly onClear?: (() => void) | undefined;
}

export function FilterChips<F extends string>({ chips, editor, onOpen, onRemove, onClear }: ChipsProps<F>) {
  if (chips.length === 0) return null;
  return (
    <Chips label="Filters">
      {chips.map(({ field, title, text }) => (
        <Popover
          key={field}
          label={title}
          {...(onOpen === undefined ? {} : { onOpen })}
          trigger={(opens) => (
            <Chip label={title} opens={opens} onRemove={() => onRemove(field)}>
              {text}
            </Chip>
          )}
        >
          {(close) => editor(field, close)}
        </Popover>
      ))}
      {onClear !== undefined && (
        <Button small kind="quiet" onClick={onClear}>
          Clear
        </Button>
      )}
    </Chips>
  );
}
