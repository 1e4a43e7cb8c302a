/** Strips: what became of each second of a day, one below the other; with their hours, and a legend that counts. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Share, shareText } from "../core/coverage-words.ts";
import { type Kind, kindLabel, lookOf } from "../core/reasons.ts";
import type { StripSpan } from "../core/site-coverage.ts";
import { type HourMark, STRIP_HEIGHT, type StripWindow, spanAt, stripPaths } from "../core/strip.ts";
import { lengthText } from "../core/time.ts";
import css from "./strip.module.css";

/** A pointer finds what lies this near, in CSS pixels. */
const SLACK_PX = 3;
/** What is under the pointer is said this far from it. */
const TIP_PX = 12;

interface DrawingProps {
  readonly spans: readonly StripSpan[];
  /** What of the day is drawn. */
  readonly window: StripWindow;
  readonly marks?: readonly HourMark[];
  /** Up to where it is known: a line, while the day goes on. */
  readonly nowMs?: number | null;
}

function Drawing({ spans, window: { fromMs, toMs }, marks = [], nowMs = null }: DrawingProps) {
  const hours = marks.map((mark) => `M${mark.atMs / 1000} 0V${STRIP_HEIGHT}`).join("");
  return (
    <svg
      class={css.drawing}
      viewBox={`${fromMs / 1000} 0 ${(toMs - fromMs) / 1000} ${STRIP_HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {hours !== "" && <path class={css.hours} d={hours} />}
      {stripPaths(spans).map(({ kind, path }) => (
        <path key={kind} class={css[lookOf(kind).tone]} d={path} />
      ))}
      {nowMs !== null && <path class={css.now} d={`M${nowMs / 1000} 0V${STRIP_HEIGHT}`} />}
    </svg>
  );
}

interface Pointed {
  readonly x: number;
  readonly y: number;
  readonly span: StripSpan | null;
}

interface StripProps extends DrawingProps {
  /** The whole of it in words. */
  readonly label: string;
  /** A moment in words, for what is under the pointer. */
  readonly momentText: (atMs: number) => string;
  /** What a click does; whoever has no pointer does it by the row that the strip stands in. */
  readonly onOpen?: () => void;
}

export function Strip({ label, momentText, onOpen, ...drawing }: StripProps) {
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const { spans, window } = drawing;
  const point = (event: PointerEvent): void => {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    const box = event.currentTarget.getBoundingClientRect();
    const perPx = (window.toMs - window.fromMs) / Math.max(1, box.width);
    const span = spanAt(spans, window.fromMs + (event.clientX - box.left) * perPx, SLACK_PX * perPx);
    setPointed({ x: event.clientX, y: box.bottom, span });
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the row's link does the same, and is what the keyboard reaches
    <div
      class={`${css.strip} ${onOpen === undefined ? "" : css.opens}`}
      role="img"
      aria-label={label}
      onPointerMove={point}
      onPointerLeave={() => setPointed(null)}
      onClick={onOpen}
    >
      <Drawing {...drawing} />
      {pointed?.span && <Tip x={pointed.x} y={pointed.y} span={pointed.span} momentText={momentText} />}
    </div>
  );
}

interface TipProps {
  readonly x: number;
  readonly y: number;
  readonly span: StripSpan;
  readonly momentText: (atMs: number) => string;
}

/** In the browser's own top layer: a row of a table would clip it. */
function Tip({ x, y, span, momentText }: TipProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    if (!element.matches(":popover-open")) element.showPopover();
    const half = element.offsetWidth / 2;
    const { clientWidth, clientHeight } = document.documentElement;
    element.style.left = `${Math.max(4, Math.min(x - half, clientWidth - 2 * half - 4))}px`;
    const below = y + TIP_PX;
    element.style.top = `${below + element.offsetHeight < clientHeight ? below : y - element.offsetHeight - 3 * TIP_PX}px`;
  });
  return (
    <div ref={box} popover="manual" class={css.tip} aria-hidden="true">
      <strong>{kindLabel(span.kind)}</strong>
      <span class="figures">
        {momentText(span.fromMs)} – {momentText(span.toMs)} · {lengthText(span.toMs - span.fromMs)}
      </span>
    </div>
  );
}

/** The hours over a column of strips. */
export function StripAxis({ marks, window }: { readonly marks: readonly HourMark[]; readonly window: StripWindow }) {
  const { fromMs, toMs } = window;
  const seen = marks.filter((mark) => mark.atMs >= fromMs && mark.atMs <= toMs);
  return (
    <span class={`${css.axis} figures`} aria-hidden="true">
      {seen.map((mark) => (
        <span
          key={mark.atMs}
          class={css.hour}
          data-end={mark.atMs === toMs ? "" : undefined}
          style={{ left: `${(100 * (mark.atMs - fromMs)) / (toMs - fromMs)}%` }}
        >
          {mark.text}
        </span>
      ))}
    </span>
  );
}

/** How a kind looks along a strip. */
export function Swatch({ kind }: { readonly kind: Kind }) {
  return (
    <span class={css.swatch} aria-hidden="true">
      <Drawing spans={[{ fromMs: 0, toMs: 1000, kind }]} window={{ fromMs: 0, toMs: 1000 }} />
    </span>
  );
}

/** What became of all that was due. */
export function StripLegend({ label, shares }: { readonly label: string; readonly shares: readonly Share[] }) {
  const due = shares.reduce((sum, one) => sum + one.ms, 0);
  return (
    <ul class={css.legend} aria-label={label}>
      {shares.map(({ kind, ms }) => (
        <li key={kind}>
          <Swatch kind={kind} />
          {kindLabel(kind)}
          <span class={`${css.share} figures`} title={lengthText(ms)}>
            {shareText(ms, due)}
          </span>
        </li>
      ))}
    </ul>
  );
}
