/** One part of the gallery. */

import type { ComponentChildren } from "preact";
import css from "./components.module.css";

export function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class={css.part}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
