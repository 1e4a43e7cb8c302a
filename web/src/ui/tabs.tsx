/** Parts of a page that have addresses of their own. */

import css from "./tabs.module.css";

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly href: string; readonly text: string; readonly here: boolean }[];
}

export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav class={css.tabs} aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} class={css.tab} aria-current={tab.here ? "page" : undefined}>
          {tab.text}
        </a>
      ))}
    </nav>
  );
}
