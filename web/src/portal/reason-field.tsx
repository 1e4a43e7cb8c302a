/** Why something is done, in a few words that are kept. */

import { Field } from "../ui/field.tsx";

/** Longest reason, as at the server. */
const REASON_CHARS_MAX = 200;

interface ReasonFieldProps {
  readonly value: string;
  /** Where it is kept. */
  readonly hint?: string;
  /** Whether it was left out where one must be given. */
  readonly missing?: boolean;
  readonly onInput: (text: string) => void;
}

export function ReasonField({
  value,
  hint = "It stands in the audit log.",
  missing = false,
  onInput,
}: ReasonFieldProps) {
  return (
    <Field
      label="Reason"
      name="reason"
      hint={hint}
      value={value}
      focused
      autocomplete="off"
      error={missing ? "Say why." : null}
      onInput={(text) => onInput(text.slice(0, REASON_CHARS_MAX))}
    />
  );
}
