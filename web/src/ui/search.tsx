/** A box to search in. */

import type { Ref } from "preact";
import { IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";
import css from "./search.module.css";

interface SearchProps {
  readonly label: string;
  readonly value: string;
  /** The key that leads here, shown while it is empty. */
  readonly keys?: string;
  readonly maxLength?: number;
  readonly input?: Ref<HTMLInputElement>;
  readonly autofocus?: boolean;
  readonly onInput: (value: string) => void;
}

export function SearchBox({ label, value, keys, maxLength = 200, input, autofocus, onInput }: SearchProps) {
  return (
    <div class={css.search}>
      <span class={css.sign}>
        <Icon name="search" size={16} />
      </span>
      <input
        {...(input === undefined ? {} : { ref: input })}
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
        autofocus={autofocus}
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
