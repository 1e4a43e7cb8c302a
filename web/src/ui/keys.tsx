/** Keys as they look, and the help that lists them. */

import { KEY_HELP } from "../core/keys.ts";
import { TIMELINE_HELP } from "../core/timeline-input.ts";
import css from "./keys.module.css";

export function Key({ children }: { readonly children: string }) {
  return children === "…" ? <span>…</span> : <kbd class={css.key}>{children}</kbd>;
}

export interface KeyGroup {
  readonly title: string;
  readonly rows: readonly (readonly [readonly string[], string])[];
}

/** The player's keys. */
export function KeyHelp() {
  return <KeyTable groups={[...KEY_HELP, TIMELINE_HELP]} />;
}

export function KeyTable({ groups }: { readonly groups: readonly KeyGroup[] }) {
  return (
    <div class={css.columns}>
      {groups.map((group) => (
        <section key={group.title} class={css.group}>
          <h3>{group.title}</h3>
          <dl>
            {group.rows.map(([keys, what]) => (
              <div key={what} class={css.row}>
                <dt>
                  {keys.map((key) => (
                    <Key key={key}>{key}</Key>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
