/** The heading of something that can be called otherwise. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button, IconButton } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import css from "./people.module.css";

interface NameEditorProps {
  readonly name: string;
  readonly faultOf: (name: string) => string | null;
  readonly busy: boolean;
  readonly onSave: (name: string) => void;
  readonly children?: ComponentChildren;
}

export function NameEditor({ name, faultOf, busy, onSave, children }: NameEditorProps) {
  const [typed, setTyped] = useState<string | null>(null);
  if (typed === null) {
    return (
      <div class={css.head}>
        <h1 class={css.headWords}>
          {name} <IconButton small icon="edit" label="Rename" disabled={busy} onClick={() => setTyped(name)} />
        </h1>
        <div class={css.buttons}>{children}</div>
      </div>
    );
  }
  const fault = faultOf(typed);
  return (
    <form
      class={css.rename}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (fault !== null) return;
        if (typed.trim() !== name) onSave(typed.trim());
        setTyped(null);
      }}
    >
      <h1 class="spoken">{name}</h1>
      <Field label="Name" name="name" value={typed} autocomplete="off" focused error={fault} onInput={setTyped} />
      <div class={css.buttons}>
        <Button onClick={() => setTyped(null)}>Cancel</Button>
        <Button type="submit" kind="primary" disabled={fault !== null}>
          Save
        </Button>
      </div>
    </form>
  );
}
