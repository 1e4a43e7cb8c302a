/** How long everything else is kept. */

import { useEffect, useState } from "preact/hooks";
import { DAYS_FAULT, daysOf, keptText } from "../../core/retention.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Popover } from "../../ui/popover.tsx";
import css from "./retention.module.css";

interface EditorProps {
  readonly days: number | null;
  readonly onChange: (days: number | null) => void;
}

export function DefaultEditor({ days, onChange }: EditorProps) {
  return (
    <Popover
      label="Everything else"
      align="end"
      trigger={(opens) => (
        <Button small icon="edit" opens={opens}>
          {keptText(days)}
        </Button>
      )}
    >
      {(close) => (
        <Inside
          days={days}
          onChange={(next) => {
            close();
            onChange(next);
          }}
        />
      )}
    </Popover>
  );
}

function Inside({ days, onChange }: EditorProps) {
  const [typed, setTyped] = useState(days === null ? "" : String(days));
  const [sent, setSent] = useState(false);
  useEffect(() => setTyped(days === null ? "" : String(days)), [days]);
  const parsed = daysOf(typed);
  return (
    <form
      class={css.small}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setSent(true);
        if (parsed !== undefined) onChange(parsed);
      }}
    >
      <Field
        label="Days"
        name="default-days"
        value={typed}
        inputMode="numeric"
        autocomplete="off"
        focused
        hint="Leave it empty to keep for ever."
        error={sent && parsed === undefined ? DAYS_FAULT : null}
        onInput={setTyped}
      />
      <Button type="submit" kind="primary" small>
        Apply
      </Button>
    </form>
  );
}
