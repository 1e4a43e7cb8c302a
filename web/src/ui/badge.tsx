/** Short facts with a tone. Colour never says it alone: there is always a word. */

import type { ComponentChildren } from "preact";
import css from "./badge.module.css";

export type Tone = "neutral" | "accent" | "live" | "warn";

export function Dot({ tone }: { readonly tone: Tone }) {
  return <span class={`${css.dot} ${css[tone]}`} aria-hidden="true" />;
}

interface BadgeProps {
  readonly tone?: Tone;
  readonly dot?: boolean;
  readonly children: ComponentChildren;
}

export function Badge({ tone = "neutral", dot = false, children }: BadgeProps) {
  return (
    <span class={`${css.badge} ${css[tone]}`}>
      {dot && <Dot tone={tone} />}
      {children}
    </span>
  );
}
