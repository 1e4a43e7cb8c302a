/** What narrows a list by a text that may hold `*` for anything. */

import { useState } from "preact/hooks";
import { PATTERN_CHARS_MAX } from "../core/analytics-filter.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import css from "./pattern-editor.module.css";

interface PatternProps {
  readonly title: string;
  readonly value: string;
  readonly onSet: (value: string) => void;
}

/** A text with `*` for anything. What has none is looked for anywhere. */
export function PatternEditor({ title, value, onSet }: PatternProps) {
  const [typed, setTyped] = useState(value);
  return (
    <form
      class={css.one}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const text = typed.trim().slice(0, PATTERN_CHARS_MAX - 2);
        onSet(text === "" || /[*?]/.test(text) ? text : `*${text}*`);
      }}
    >
      <Field
        label={title}
        name="pattern"
        value={typed}
        autocomplete="off"
        focused
        hint="Any part of it, or all of it with * for anything."
        onInput={setTyped}
      />
      <Button type="submit" kind="primary" small>
        Apply
      </Button>
    </form>
  );
}
