/** Buttons, and links that look like them. */

import type { ComponentChildren } from "preact";
import css from "./button.module.css";
import { Icon, type IconName } from "./icon.tsx";
import { type Opens, opensAttributes } from "./popover.tsx";

export type Kind = "primary" | "plain" | "quiet" | "danger";

/** `tint` colours the icon alone. */
interface Looks {
  readonly kind?: Kind;
  readonly small?: boolean;
  readonly wide?: boolean;
  readonly tint?: "live";
}

function classes(looks: Looks, ...more: readonly (string | false | undefined)[]): string {
  const { kind = "plain", small = false, wide = false } = looks;
  return [css.button, css[kind], small && css.small, wide && css.wide, ...more].filter(Boolean).join(" ");
}

interface ButtonProps extends Looks {
  readonly children: ComponentChildren;
  readonly icon?: IconName;
  readonly type?: "button" | "submit";
  readonly disabled?: boolean;
  readonly busy?: boolean;
  /** What it opens: of a menu or a popover. */
  readonly opens?: Opens;
  readonly onClick?: (event: MouseEvent) => void;
}

export function Button({
  children,
  icon,
  type = "button",
  disabled = false,
  busy = false,
  opens,
  onClick,
  ...looks
}: ButtonProps) {
  return (
    <button
      type={type}
      class={classes(looks)}
      disabled={disabled || busy}
      aria-busy={busy}
      onClick={onClick}
      {...opensAttributes(opens)}
    >
      {icon && (
        <span class={looks.tint && css[looks.tint]}>
          <Icon name={icon} size={looks.small ? 16 : 18} />
        </span>
      )}
      {children}
    </button>
  );
}

interface LinkButtonProps extends Looks {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly icon?: IconName;
  /** Not a page of this application, though it is of this site. */
  readonly outside?: boolean;
  /** What comes is a file to keep, under this name. */
  readonly download?: string;
  readonly onClick?: () => void;
}

export function LinkButton({ href, children, icon, outside = false, download, onClick, ...looks }: LinkButtonProps) {
  return (
    // The router leaves links with a target alone.
    <a href={href} class={classes(looks)} target={outside ? "_self" : undefined} download={download} onClick={onClick}>
      {icon && <Icon name={icon} size={looks.small ? 16 : 18} />}
      {children}
    </a>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  /** What it does, for screen readers and as the tooltip; `keys` adds the key. */
  readonly label: string;
  readonly keys?: string;
  readonly small?: boolean;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly opens?: Opens;
  readonly onClick?: (event: MouseEvent) => void;
}

export function IconButton({
  icon,
  label,
  keys,
  small = false,
  pressed,
  disabled = false,
  opens,
  onClick,
}: IconButtonProps) {
  return (
    <button
      type="button"
      class={classes({ kind: "quiet", small }, css.icon, pressed && css.on)}
      aria-label={label}
      aria-pressed={pressed}
      title={keys === undefined ? label : `${label} (${keys})`}
      disabled={disabled}
      onClick={onClick}
      {...opensAttributes(opens)}
    >
      <Icon name={icon} size={small ? 18 : 20} />
    </button>
  );
}
