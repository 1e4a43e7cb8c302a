/** "Why can I see this?": which role allows what with this recording, in the server's words. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Failure, toFailure } from "../../core/failure.ts";
import { type Reason, readWhy } from "../../core/why.ts";
import { isAbort, requestJson } from "../../net/http.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import css from "./why.module.css";

function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return <p class={css.hint}>The server gave no reasons.</p>;
  return (
    <ul>
      {reasons.map(({ action, title, allowed, why }) => (
        <li key={action} class={allowed ? css.yes : css.no}>
          <Icon name={allowed ? "check" : "close"} size={16} />
          <span>
            {title}
            <span class="spoken">{allowed ? ": allowed" : ": not allowed"}</span>
            {why.map((line) => (
              <small key={line}>{line}</small>
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Answer({ id }: { readonly id: string }) {
  const [reasons, setReasons] = useState<readonly Reason[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setFailure(null);
    requestJson(`/api/recordings/${encodeURIComponent(id)}/why`, { signal: stop.signal })
      .then((value) => setReasons(readWhy(value)))
      .catch((error: unknown) => {
        if (!isAbort(error)) setFailure(toFailure(error));
      });
    return () => stop.abort();
  }, [id, tries]);
  if (failure !== null) {
    return (
      <div role="alert">
        <p>{failure.message}</p>
        <p class={css.hint}>{failure.hint}</p>
        <Button small onClick={() => setTries(tries + 1)}>
          Try again
        </Button>
      </div>
    );
  }
  return reasons === null ? <Bone width="100%" height="4rem" /> : <Reasons reasons={reasons} />;
}

export function Why({ id }: { readonly id: string }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) setOpen(false);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      setOpen(false);
      box.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", onKey);
    };
  }, [open]);
  return (
    <span ref={box} class={css.why}>
      <IconButton icon="shield" label="Why can I see this?" pressed={open} onClick={() => setOpen(!open)} />
      {open && (
        <section class={css.card} aria-label="Why can I see this?">
          <h2>What you may do with this recording</h2>
          <Answer id={id} />
        </section>
      )}
    </span>
  );
}
