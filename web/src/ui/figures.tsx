/** A few numbers that say how things stand, each with its word. */

import type { ComponentChildren } from "preact";
import { Counted } from "./counted.tsx";
import css from "./figures.module.css";

/** `alarm` and `warn` only where somebody should look. */
export type FigureTone = "plain" | "good" | "warn" | "alarm";

interface FigureProps {
  readonly value: string;
  readonly label: string;
  readonly tone?: FigureTone;
  /** What else is to be known of it. */
  readonly hint?: ComponentChildren;
  /** How it was counted. */
  readonly counted?: string;
}

export function Figure({ value, label, tone = "plain", hint, counted = "" }: FigureProps) {
  return (
    <div class={`${css.figure} ${css[tone]}`}>
      <dt class={css.label}>
        {label}
        {counted !== "" && <Counted what={label}>{counted}</Counted>}
      </dt>
      <dd class={`${css.value} figures`}>{value}</dd>
      {hint !== undefined && <dd class={css.hint}>{hint}</dd>}
    </div>
  );
}

export function Figures({ children }: { readonly children: ComponentChildren }) {
  return <dl class={css.figures}>{children}</dl>;
}
