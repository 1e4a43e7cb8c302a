/** The picture, and what is said over it: loading, a gap, trouble, the end. An idle screen is just a picture. */

import type { ComponentChildren } from "preact";
import type { Failure } from "../core/failure.ts";
import { Icon, type IconName } from "./icon.tsx";
import { RemedyButton } from "./notice.tsx";
import css from "./stage.module.css";

interface StageProps {
  /** State for tests and for measuring, as `data-playhead-…` attributes. */
  readonly facts: Readonly<Record<string, string>>;
  /** The picture first, then what is said over it. */
  readonly children: ComponentChildren;
}

export function Stage({ facts, children }: StageProps) {
  return (
    <div class={css.stage} {...facts}>
      {children}
    </div>
  );
}

interface CardProps {
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** Nothing was recorded here. */
export function GapCard({ title, children }: CardProps) {
  return (
    <div class={`${css.over} ${css.gap}`} role="status">
      <div class={css.card}>
        <Icon name="gap" size={32} />
        <h2>{title}</h2>
        {children}
      </div>
    </div>
  );
}

/** Nothing was captured here, because somebody asked for it: black, and why. */
export function BlackoutCard({ title, children }: CardProps) {
  return (
    <div class={`${css.over} ${css.black}`} role="status">
      <div class={css.card}>
        <Icon name="blackout" size={32} />
        <h2>{title}</h2>
        {children}
      </div>
    </div>
  );
}

/** The player cannot go on; what a person can do about it. */
export function FailureCard(props: { readonly failure: Failure; readonly onRemedy: (failure: Failure) => void }) {
  return (
    <div class={`${css.over} ${css.blind}`} role="alert">
      <div class={css.card}>
        <Icon name="warning" size={32} />
        <h2>{props.failure.message}</h2>
        <p>{props.failure.hint}</p>
        <RemedyButton {...props} />
      </div>
    </div>
  );
}

/** A large button in the middle: play where the browser wants a click, again at the end. */
export function BigButton({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <div class={css.over}>
      <button type="button" class={css.big} aria-label={label} title={label} onClick={onClick}>
        <Icon name={icon} size={34} />
      </button>
    </div>
  );
}

/** A line in the corner: what is being waited for. */
export function Chip({ busy = false, children }: { readonly busy?: boolean; readonly children: ComponentChildren }) {
  return (
    <span class={css.chip} role="status">
      {busy && <span class={css.ring} />}
      {children}
    </span>
  );
}

export function Corner({ children }: { readonly children: ComponentChildren }) {
  return <div class={css.corner}>{children}</div>;
}

/** What a key just did, for a moment. */
export function Flash({ children }: { readonly children: string }) {
  return (
    <div class={css.flash} aria-hidden="true">
      {children}
    </div>
  );
}
