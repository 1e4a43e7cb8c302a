/** What was just done, for a few seconds, with a way back or on. Failures stay until they were read. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Button, IconButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import css from "./toast.module.css";

/** Long enough to read two lines, and to reach the button. */
export const TOAST_MS = 6_000;
/** More at once are not read by anybody. */
export const TOASTS_MAX = 3;

export interface Toast {
  readonly text: string;
  readonly hint?: string;
  readonly tone?: "neutral" | "danger";
  readonly icon?: IconName;
  readonly action?: { readonly text: string; readonly do: () => void };
}

interface Shown extends Toast {
  readonly id: number;
}

const shown = signal<readonly Shown[]>([]);
let count = 0;

/** Shows a toast; the returned function takes it away. */
export function toast(one: Toast): () => void {
  count += 1;
  const id = count;
  shown.value = [...shown.value, { ...one, id }].slice(-TOASTS_MAX);
  return () => dismiss(id);
}

function dismiss(id: number): void {
  shown.value = shown.value.filter((one) => one.id !== id);
}

/** One toast, as it looks. */
export function ToastCard({ toast: one, onClose }: { readonly toast: Toast; readonly onClose: () => void }) {
  const danger = one.tone === "danger";
  return (
    <div class={`${css.toast} ${danger ? css.danger : ""}`}>
      <span class={css.sign}>
        <Icon name={one.icon ?? (danger ? "warning" : "check")} size={18} />
      </span>
      <div class={css.words}>
        <p class={css.text}>{one.text}</p>
        {one.hint !== undefined && one.hint !== "" && <p class={css.hint}>{one.hint}</p>}
      </div>
      {one.action !== undefined && (
        <Button
          small
          kind="quiet"
          onClick={() => {
            one.action?.do();
            onClose();
          }}
        >
          {one.action.text}
        </Button>
      )}
      <IconButton small icon="close" label="Dismiss" onClick={onClose} />
    </div>
  );
}

function Passing({ toast: one }: { readonly toast: Shown }) {
  useEffect(() => {
    if (one.tone === "danger") return;
    const timer = setTimeout(() => dismiss(one.id), TOAST_MS);
    return () => clearTimeout(timer);
  }, [one.id]);
  return <ToastCard toast={one} onClose={() => dismiss(one.id)} />;
}

/** Where toasts are shown: once, in the frame around every page. What else floats in that corner stands below them. */
export function Toasts({ children }: { readonly children?: ComponentChildren }) {
  return (
    <div class={css.corner}>
      <section class={css.toasts} aria-label="Messages" aria-live="polite">
        {shown.value.map((one) => (
          <Passing key={one.id} toast={one} />
        ))}
      </section>
      {children}
    </div>
  );
}
