/** A box to search in. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
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

/** While somebody types, nothing is asked for until they pause. */
const TYPING_MS = 220;

interface TypedProps extends Omit<SearchProps, "onInput"> {
  /** Told what was typed, trimmed, when the typing pauses. */
  readonly onRest: (value: string) => void;
}

/** One whose words go elsewhere when the typing pauses; `value` is what they are there. */
export function TypedSearch({ value, onRest, ...box }: TypedProps) {
  const [typed, setTyped] = useState(value);
  const told = useRef(onRest);
  told.current = onRest;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    // Who types on is not set back to what was told a moment ago.
    if (timer.current === undefined) setTyped(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onInput = (text: string): void => {
    setTyped(text);
    clearTimeout(timer.current);
    const rest = (): void => {
      timer.current = undefined;
      told.current(text.trim());
    };
    timer.current = setTimeout(rest, text === "" ? 0 : TYPING_MS);
  };
  return <SearchBox {...box} value={typed} onInput={onInput} />;
}
