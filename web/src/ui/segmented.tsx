/** One of a few, all in sight. */

import { Icon, type IconName } from "./icon.tsx";
import css from "./segmented.module.css";

interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string; readonly icon?: IconName }[];
  readonly onChange: (value: T) => void;
}

/** Options with an icon show only that; their text becomes the name. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  const icons = options.every((option) => option.icon !== undefined);
  return (
    <fieldset class={`${css.group} ${icons ? css.icons : ""}`} aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          class={css.option}
          aria-pressed={option.value === value}
          aria-label={option.icon ? option.text : undefined}
          title={option.icon ? option.text : undefined}
          onClick={() => onChange(option.value)}
        >
          {option.icon ? <Icon name={option.icon} size={16} /> : option.text}
        </button>
      ))}
    </fieldset>
  );
}
