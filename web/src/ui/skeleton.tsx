/** The shape of what is about to come, so that nothing jumps when it does. */

import css from "./skeleton.module.css";

export function Bone({ width, height = "1em" }: { readonly width: string; readonly height?: string }) {
  return <span class={css.bone} style={{ width, height }} aria-hidden="true" />;
}
