/** The button beside a figure that says how it was counted. */

import type { ComponentChildren } from "preact";
import { IconButton } from "./button.tsx";
import css from "./counted.module.css";
import { Popover } from "./popover.tsx";

export function Counted({ what, children }: { readonly what: string; readonly children: ComponentChildren }) {
  return (
    <Popover
      label={`How ${what} is counted`}
      trigger={(opens) => <IconButton small icon="help" label={`How ${what} is counted`} opens={opens} />}
    >
      {() => <p class={css.counted}>{children}</p>}
    </Popover>
  );
}
