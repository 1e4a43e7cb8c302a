/** What a person has to know: something failed, something is missing, nothing is here yet. */

import type { ComponentChildren } from "preact";
import type { Failure } from "../core/failure.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import css from "./notice.module.css";

interface NoticeProps {
  readonly tone?: "neutral" | "warn" | "danger";
  readonly title: string;
  readonly hint?: string;
  readonly icon?: IconName;
  readonly children?: ComponentChildren;
}

export function Notice({ tone = "neutral", title, hint = "", icon = "warning", children }: NoticeProps) {
  return (
    <div class={`${css.notice} ${tone === "neutral" ? "" : css[tone]}`} role={tone === "danger" ? "alert" : "status"}>
      <span class={css.sign}>
        <Icon name={icon} />
      </span>
      <div class={css.words}>
        <p class={css.title}>{title}</p>
        {hint !== "" && <p class={css.hint}>{hint}</p>}
      </div>
      {children}
    </div>
  );
}

/** The words on the button for each remedy. */
const REMEDY_TEXT = {
  retry: "Try again",
  "sign-in": "Sign in",
  back: "All recordings",
  reload: "Reload the page",
  none: "",
} as const;

interface FailureProps {
  readonly failure: Failure;
  readonly onRemedy: (failure: Failure) => void;
}

/** The button that goes with a failure, or nothing where there is nothing to do. */
export function RemedyButton({ failure, onRemedy }: FailureProps) {
  const text = REMEDY_TEXT[failure.remedy];
  return text === "" ? null : (
    <Button small onClick={() => onRemedy(failure)}>
      {text}
    </Button>
  );
}

export function FailureNotice({ failure, onRemedy }: FailureProps) {
  return (
    <Notice tone="danger" title={failure.message} hint={failure.hint}>
      <RemedyButton failure={failure} onRemedy={onRemedy} />
    </Notice>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly hint: string;
  readonly icon?: IconName;
  /** Where it is all that the page has to say. */
  readonly wholePage?: boolean;
  readonly children?: ComponentChildren;
}

export function Empty({ title, hint, icon = "monitor", wholePage = false, children }: EmptyProps) {
  const Title = wholePage ? "h1" : "h2";
  return (
    <div class={css.empty}>
      <span class={css.picture}>
        <Icon name={icon} size={44} />
      </span>
      <Title class={css.title}>{title}</Title>
      <p class={css.hint}>{hint}</p>
      {children}
    </div>
  );
}
