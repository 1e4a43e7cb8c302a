/** A person at a glance: two letters in a circle. */

import { initials } from "../../core/people.ts";
import css from "./people.module.css";

export function Face({ name, large = false }: { readonly name: string; readonly large?: boolean }) {
  return (
    <span class={`${css.face} ${large ? css.largeFace : ""}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
