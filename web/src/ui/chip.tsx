/** Chips: what a list is narrowed to, each to be changed or taken away; and tags. */

import type { ComponentChildren } from "preact";
import css from "./chip.module.css";
import { Icon } from "./icon.tsx";
import { type Opens, opensAttributes } from "./popover.tsx";

interface ChipProps {
  /** What is narrowed: "Agent". */
  readonly label: string;
  /** To what: "Alice Martin". */
  readonly children: ComponentChildren;
  /** Given, a click changes it. */
  readonly opens?: Opens;
  readonly onRemove: () => void;
}

export function Chip({ label, children, opens, onRemove }: ChipProps) {
  const words = (
    <>
      <span>{label}:</span> <span class={css.value}>{children}</span>
    </>
  );
  return (
    <span class={css.chip}>
      {opens === undefined ? (
        <span class={css.words}>{words}</span>
      ) : (
        <button type="button" class={css.words} {...opensAttributes(opens)}>
          {words}
        </button>
      )}
      <button
        type="button"
        class={css.remove}
        aria-label={`Remove the filter: ${label}`}
        title="Remove"
        onClick={onRemove}
      >
        <Icon name="close" size={13} />
      </button>
    </span>
  );
}

export function Chips({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <fieldset class={css.chips} aria-label={label}>
      {children}
    </fieldset>
  );
}

/** A word somebody put on a thing. */
export function Tag({ children, onRemove }: { readonly children: string; readonly onRemove?: () => void }) {
  return (
    <span class={css.tag}>
      <span>{children}</span>
      {onRemove !== undefined && (
        <button type="button" class={css.remove} aria-label={`Remove the tag ${children}`} onClick={onRemove}>
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  );
}
