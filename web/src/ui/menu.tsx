/** What else can be done: a list of actions at a button, walked by arrows. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";
import css from "./menu.module.css";
import { type Opens, Popover } from "./popover.tsx";

export interface MenuItem {
  readonly text: string;
  readonly hint?: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Given, it is a choice that is on or off. */
  readonly checked?: boolean;
  /** Given, it leads to a page instead of doing something. */
  readonly href?: string;
  /** What `href` leads to is a file to keep, under this name. */
  readonly download?: string;
  readonly onSelect?: () => void;
}

/** `-` draws a line; `heading` says what follows. */
export type MenuEntry = MenuItem | "-" | { readonly heading: string };

interface MenuProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly align?: "start" | "end";
  readonly trigger: (opens: Opens) => ComponentChildren;
}

const ITEMS = "[role^=menuitem]:not([aria-disabled=true])";

/** The item after or before the one with the focus, or the one that begins with a letter. */
function target(items: readonly HTMLElement[], at: number, key: string): HTMLElement | undefined {
  switch (key) {
    case "ArrowDown":
      return items[(at + 1) % items.length];
    case "ArrowUp":
      return items[(at - 1 + items.length) % items.length];
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
    default: {
      if (key.length !== 1 || key === " ") return undefined;
      const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      return after.find((one) => one.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
    }
  }
}

function walk(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.currentTarget instanceof HTMLElement)) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(ITEMS)];
  const next = target(items, items.indexOf(document.activeElement as HTMLElement), event.key);
  // Keys pressed in a menu are the menu's, also those it has no use for.
  event.stopPropagation();
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function Inside({ item }: { readonly item: MenuItem }) {
  return (
    <>
      <span class={css.icon}>
        {item.checked === true ? (
          <Icon name="check" size={16} />
        ) : item.icon !== undefined ? (
          <Icon name={item.icon} size={16} />
        ) : null}
      </span>
      <span class={css.words}>
        {item.text}
        {item.hint !== undefined && <small class={css.hint}>{item.hint}</small>}
      </span>
    </>
  );
}

function Item({ item, close }: { readonly item: MenuItem; readonly close: () => void }) {
  const looks = `${css.item} ${item.danger ? css.danger : ""}`;
  if (item.href !== undefined) {
    return (
      <a role="menuitem" tabIndex={-1} class={looks} href={item.href} download={item.download} onClick={close}>
        <Inside item={item} />
      </a>
    );
  }
  const select = (): void => {
    if (item.disabled) return;
    // A choice is often one of several: the menu stays.
    if (item.checked === undefined) close();
    item.onSelect?.();
  };
  return item.checked === undefined ? (
    <button type="button" role="menuitem" tabIndex={-1} class={looks} aria-disabled={item.disabled} onClick={select}>
      <Inside item={item} />
    </button>
  ) : (
    <button
      type="button"
      role="menuitemcheckbox"
      tabIndex={-1}
      class={looks}
      aria-checked={item.checked}
      aria-disabled={item.disabled}
      onClick={select}
    >
      <Inside item={item} />
    </button>
  );
}

export function Menu({ label, entries, align = "start", trigger }: MenuProps) {
  return (
    <Popover
      label={label}
      trigger={trigger}
      align={align}
      what="menu"
      bare
      onOpen={(box) => {
        box.onkeydown = walk;
        box.querySelector<HTMLElement>(ITEMS)?.focus();
      }}
    >
      {(close) =>
        entries.map((entry, index) =>
          entry === "-" ? (
            <hr key={index} class={css.line} />
          ) : "heading" in entry ? (
            <p key={entry.heading} class={css.heading} role="presentation">
              {entry.heading}
            </p>
          ) : (
            <Item key={entry.text} item={entry} close={close} />
          ),
        )
      }
    </Popover>
  );
}
