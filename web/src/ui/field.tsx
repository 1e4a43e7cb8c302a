/** Things to fill in and to choose from. */

import { useEffect, useId, useRef } from "preact/hooks";
import css from "./field.module.css";

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly type?: "text" | "password";
  readonly autocomplete?: string;
  readonly error?: string | null;
  /** Whether the page begins in this field. */
  readonly focused?: boolean;
  readonly onInput: (value: string) => void;
}

export function Field({
  label,
  name,
  value,
  type = "text",
  autocomplete,
  error = null,
  focused = false,
  onInput,
}: FieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) input.current?.focus();
  }, [focused]);
  return (
    <div class={css.field}>
      <label class={css.label} for={id}>
        {label}
      </label>
      <input
        id={id}
        class={css.input}
        name={name}
        // The types tell password fields from others by more than we need.
        type={type as "text"}
        value={value}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={error !== null}
        aria-describedby={error === null ? undefined : `${id}-error`}
        ref={input}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {error !== null && (
        <p class={css.error} id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly quiet?: boolean;
  readonly onChange: (value: string) => void;
}

export function Select({ label, value, options, quiet = false, onChange }: SelectProps) {
  return (
    <span class={`${css.select} ${quiet ? css.quiet : ""}`}>
      <select aria-label={label} title={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}
