/** What every page begins with: its name, what can be done here, and how wide it is. */

import type { ComponentChildren } from "preact";
import css from "./page.module.css";

/** `full` for lists and walls, `text` for forms and settings. */
export function Page({ width = "full", children }: { width?: "full" | "text"; children: ComponentChildren }) {
  return <div class={`${css.page} ${css[width]}`}>{children}</div>;
}

interface PageHeadProps {
  readonly title: string;
  readonly lead?: string;
  /** Buttons and menus, at the right. */
  readonly children?: ComponentChildren;
}

export function PageHead({ title, lead, children }: PageHeadProps) {
  return (
    <div class={css.head}>
      <div class={css.title}>
        <h1>{title}</h1>
        {lead !== undefined && <p class={css.lead}>{lead}</p>}
      </div>
      {children !== undefined && <div class={css.actions}>{children}</div>}
    </div>
  );
}

/** A part of a page with a heading of its own. */
export function Section({ title, hint, children }: { title: string; hint?: string; children: ComponentChildren }) {
  return (
    <section class={css.section}>
      <div>
        <h2>{title}</h2>
        {hint !== undefined && <p class={css.lead}>{hint}</p>}
      </div>
      {children}
    </section>
  );
}

/** A box on the page: a form, a group of facts. */
export function Card({ children }: { readonly children: ComponentChildren }) {
  return <div class={css.card}>{children}</div>;
}
