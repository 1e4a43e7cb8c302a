/** Draws what lies along the timeline: what is covered, how much changed, where nothing is. */

import type { Span } from "../core/coverage.ts";
import type { Line } from "../core/line.ts";
import type { Gap } from "../core/recording-index.ts";
import { density, shareOf, type View } from "../core/timeline-view.ts";

/** What is drawn; further tracks (sound, applications, evaluation marks) become further lanes. */
export interface TimelineContent {
  readonly line: Line;
  readonly spans: readonly Span[];
  readonly gaps: readonly Gap[];
}

interface Colours {
  readonly covered: string;
  readonly change: string;
  readonly gap: string;
}

function coloursOf(canvas: HTMLCanvasElement): Colours {
  // Canvas does not resolve light-dark(); the computed colour of an element does.
  const style = getComputedStyle(canvas);
  return { covered: style.borderTopColor, change: style.borderRightColor, gap: style.borderBottomColor };
}

function hatch(context: CanvasRenderingContext2D, left: number, right: number, height: number, colour: string): void {
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  const first = Math.floor((left - height) / 7) * 7;
  for (let x = first; x < right; x += 7) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.restore();
}

/** Draws at the device's own resolution. Bars are two pixels wide: fine enough to see, cheap enough to redraw. */
export function drawTimeline(canvas: HTMLCanvasElement, content: TimelineContent, view: View): void {
  const scale = window.devicePixelRatio;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (width === 0 || height === 0) return;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(scale, scale);
  const colours = coloursOf(canvas);
  context.fillStyle = colours.covered;
  for (const span of content.spans) {
    const left = shareOf(view, span.fromUs) * width;
    context.fillRect(left, 0, Math.max(1, shareOf(view, span.toUs) * width - left), height);
  }
  context.fillStyle = colours.change;
  const bars = density(content.line, view, Math.max(1, Math.floor(width / 3)));
  bars.forEach((bar, index) => {
    if (bar === 0) return;
    const tall = Math.max(1.5, bar * (height - 4));
    context.fillRect(index * 3, height - tall, 2, tall);
  });
  for (const gap of content.gaps) {
    const left = shareOf(view, gap.fromUs) * width;
    const right = Math.max(left + 2, shareOf(view, gap.toUs) * width);
    if (right >= 0 && left <= width) hatch(context, Math.max(0, left), Math.min(width, right), height, colours.gap);
  }
}
