/** Dialogs and drawers of the browser's own kind: they keep the focus inside and close on Escape. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";
import css from "./dialog.module.css";

interface BoxProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons at the end, the one that does it last. */
  readonly foot?: ComponentChildren;
}

function Box({ title, open, onClose, children, foot, looks }: BoxProps & { readonly looks: string | undefined }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    if (open && dialog.current?.open === false) dialog.current.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  // Gone and told of in one go: news of the end come later, and must not undo what is pressed right after Escape.
  const onEscape = (event: Event): void => {
    if (event.target !== dialog.current) return;
    event.preventDefault();
    dialog.current?.close();
    onClose();
  };
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = body.current;
    if (!open || box === null) return;
    // What scrolls must be reached by the keyboard; what does not would only be a stop on the way.
    const look = (): void => {
      if (box.scrollHeight > box.clientHeight) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(box);
    return () => sizes.disconnect();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; the click is on the backdrop
    <dialog
      ref={dialog}
      class={looks}
      aria-labelledby={id}
      onCancel={onEscape}
      onClose={(event) => !event.currentTarget.open && onClose()}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class={css.inside}>
        <div class={css.head}>
          <h2 id={id} class={css.title}>
            {title}
          </h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </div>
        <div ref={body} class={css.body}>
          {open && children}
        </div>
        {open && foot !== undefined && <div class={css.foot}>{foot}</div>}
      </div>
    </dialog>
  );
}

/** In the middle. `small` for one question, otherwise for things to read. */
export function Dialog({ small = false, ...props }: BoxProps & { readonly small?: boolean }) {
  return <Box {...props} looks={`${css.dialog} ${small ? css.small : ""}`} />;
}

/** At a side of the window, as high as it is. */
export function Drawer({ side = "end", ...props }: BoxProps & { readonly side?: "start" | "end" }) {
  return <Box {...props} looks={`${css.drawer} ${css[side]}`} />;
}
