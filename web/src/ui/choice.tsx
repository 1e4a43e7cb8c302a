/** One of a list to choose from, as wide as that is. */

import type { ComponentChildren } from "preact";
import css from "./choice.module.css";
import { Icon, type IconName } from "./icon.tsx";

interface ChoiceProps {
  readonly children: ComponentChildren;
  readonly icon?: IconName;
  /** Whether it is the one that holds. */
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

export function Choice({ children, icon, pressed, onClick }: ChoiceProps) {
  return (
    <button type="button" class={css.choice} aria-pressed={pressed} onClick={onClick}>
      {icon !== undefined && <Icon name={icon} size={16} />}
      {children}
    </button>
  );
}
