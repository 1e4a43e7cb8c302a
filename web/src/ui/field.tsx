/** Things to fill in and to choose from. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { IconButton } from "./button.tsx";
import css from "./field.module.css";

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly type?: "text" | "password" | "search" | "date";
  /** What to know before typing. */
  readonly hint?: string | undefined;
  readonly placeholder?: string;
  readonly autocomplete?: string;
  /** Which keyboard a phone offers. */
  readonly inputMode?: "numeric" | "text";
  readonly error?: string | null;
  readonly disabled?: boolean;
  /** Whether the page begins in this field. */
  readonly focused?: boolean;
  /** Something at the end of the field: a button. */
  readonly trailing?: ComponentChildren;
  readonly onInput: (value: string) => void;
}

export function Field({
  label,
  name,
  value,
  type = "text",
  hint,
  placeholder,
  autocomplete,
  inputMode,
  error = null,
  disabled = false,
  focused = false,
  trailing,
  onInput,
}: FieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) input.current?.focus();
  }, [focused]);
  const described = [hint !== undefined && `${id}-hint`, error !== null && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class={css.field}>
      <label class={css.label} for={id}>
        {label}
      </label>
      <div class={css.box}>
        <input
          id={id}
          class={`${css.input} ${trailing === undefined ? "" : css.ended}`}
          name={name}
          // The types tell password fields from others by more than we need.
          type={type as "text"}
          value={value}
          placeholder={placeholder}
          autocomplete={autocomplete}
          inputMode={inputMode}
          autocapitalize="none"
          spellcheck={false}
          disabled={disabled}
          aria-invalid={error !== null}
          aria-describedby={described === "" ? undefined : described}
          ref={input}
          // A dialog that opens looks for it, instead of for its close button.
          autofocus={focused}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
        {trailing !== undefined && <span class={css.end}>{trailing}</span>}
      </div>
      {error !== null && (
        <p class={css.error} id={`${id}-error`}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p class={css.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** A password, hidden until its reader wants to see what they typed. */
export function PasswordField(props: Omit<FieldProps, "type" | "trailing">) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...props}
      type={shown ? "text" : "password"}
      trailing={
        <IconButton
          small
          icon={shown ? "eyeOff" : "eye"}
          label={shown ? "Hide what is typed" : "Show what is typed"}
          onClick={() => setShown(!shown)}
        />
      }
    />
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
