/** A box to search in. */

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";
import css from "./search.module.css";

interface SearchProps {
  readonly label: string;
  readonly value: string;
  /** The key that leads here, shown while it is empty. */
  readonly keys?: string;
  readonly maxLength?: number;
  readonly input?: RefObject<HTMLInputElement | null>;
  /** Whether what was just opened begins here. */
  readonly focused?: boolean;
  readonly onInput: (value: string) => void;
}

export function SearchBox({ label, value, keys, maxLength = 200, input, focused = false, onInput }: SearchProps) {
  const own = useRef<HTMLInputElement>(null);
  const box = input ?? own;
  useEffect(() => {
    // The attribute would come too late: what opens is filled in after the browser looked for it.
    if (focused) box.current?.focus({ preventScroll: true });
  }, [focused]);
  return (
    <div class={css.search}>
      <span class={css.sign}>
        <Icon name="search" size={16} />
      </span>
      <input
        ref={box}
        class={css.input}
        type="search"
        enterkeyhint="search"
        aria-label={label}
        aria-keyshortcuts={keys}
        placeholder={label}
        value={value}
        maxLength={maxLength}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {value !== "" ? (
        <IconButton small icon="close" label="Clear the search" onClick={() => onInput("")} />
      ) : (
        keys !== undefined && (
          <span class={css.keys} aria-hidden="true">
            {keys}
          </span>
        )
      )}
    </div>
  );
}
