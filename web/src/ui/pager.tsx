/** The end of a list that is loaded in pages: more is on the way, or this is all. */

import { useEffect, useRef } from "preact/hooks";
import css from "./pager.module.css";

interface PagerProps {
  /** Whether there is more. */
  readonly more: boolean;
  readonly loading: boolean;
  /** Said while more is on the way. */
  readonly busy?: string;
  /** Said at the end, such as "That is all". */
  readonly end?: string;
  readonly onMore: () => void;
}

/** A screenful before the end is seen the next page is asked for. */
const AHEAD = "900px";

export function Pager({ more, loading, busy = "Loading more …", end = "", onMore }: PagerProps) {
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  latest.current = onMore;
  useEffect(() => {
    const element = mark.current;
    if (element === null || !more || loading) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      { rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [more, loading]);
  return (
    <div ref={mark} class={css.pager} role="status">
      {more ? busy : end}
    </div>
  );
}
