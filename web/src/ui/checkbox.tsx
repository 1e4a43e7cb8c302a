/** On or off; and, for a list of them, some. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import css from "./checkbox.module.css";

interface CheckboxProps {
  readonly checked: boolean;
  /** Some of what it stands for. */
  readonly some?: boolean;
  readonly disabled?: boolean;
  /** Its name where no words stand beside it. */
  readonly label?: string;
  readonly tabIndex?: number;
  readonly children?: ComponentChildren;
  readonly hint?: string;
  /** The event says which keys were held. */
  readonly onChange: (checked: boolean, event: MouseEvent) => void;
}

export function Checkbox({
  checked,
  some = false,
  disabled = false,
  label,
  tabIndex,
  children,
  hint,
  onChange,
}: CheckboxProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current !== null) input.current.indeterminate = some && !checked;
  }, [some, checked]);
  return (
    <label class={`${css.label} ${disabled ? css.disabled : ""}`}>
      <input
        ref={input}
        class={css.box}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-label={label}
        tabIndex={tabIndex}
        onClick={(event) => onChange(event.currentTarget.checked, event)}
      />
      {children !== undefined && (
        <span class={css.words}>
          {children}
          {hint !== undefined && <small class={css.hint}>{hint}</small>}
        </span>
      )}
    </label>
  );
}
