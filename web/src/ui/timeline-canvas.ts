/** Paints the shapes of lanes. It knows tones and pixels, and nothing of what they stand for. */

import type { Area, Block, Frame, Pin, PlacedRow, Shape, Tone, Wave } from "../core/lanes.ts";
import type { View } from "../core/timeline-view.ts";

/** A tone of the palette, and what it is made of in `tokens.css`. */
export const PALETTE = {
  ground: "pressed",
  change: "change",
  played: "played",
  missing: "line-strong",
  blackout: "blackout",
  neutral: "text-muted",
  notice: "warn",
  mark: "mark",
  first: "series-1",
  second: "series-2",
  app1: "app-1",
  app2: "app-2",
  app3: "app-3",
  app4: "app-4",
  app5: "app-5",
  app6: "app-6",
  app7: "app-7",
  app8: "app-8",
  app9: "app-9",
  app10: "app-10",
  surface: "surface",
  text: "text",
} as const;

export type Colours = Readonly<Record<keyof typeof PALETTE, string>>;

/** The colours as they are here and now: of elements, because a canvas knows neither variables nor light-dark(). */
export function coloursOf(probes: HTMLElement): Colours {
  const colours: Partial<Record<keyof typeof PALETTE, string>> = {};
  for (const probe of probes.children) {
    colours[(probe as HTMLElement).dataset.tone as keyof typeof PALETTE] = getComputedStyle(probe).color;
  }
  return colours as Colours;
}

export interface Picture {
  readonly rows: readonly PlacedRow[];
  readonly view: View;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly unit: number;
  readonly ratio: number;
  readonly colours: Colours;
  readonly font: string;
  /** What lies left of this has been played. */
  readonly playedX: number;
}

interface Brush {
  readonly context: CanvasRenderingContext2D;
  readonly frame: Frame;
  /** What the row's head covers at the left: labels begin after it. */
  readonly inset: number;
  readonly picture: Picture;
}

/** A row lower than this many units has no room for words. */
const LABELLED = 22;
/** The height of a silhouette leaves this many units of air above. */
const AIR = 3;
const HATCH = 6;

function colourOf(brush: Brush, tone: Tone): string {
  return brush.picture.colours[tone];
}

function hatch({ context, frame }: Brush, block: Block, colour: string): void {
  const { left, right } = block;
  const step = HATCH * frame.unit;
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, frame.height);
  context.clip();
  context.clearRect(left, 0, right - left, frame.height);
  context.strokeStyle = colour;
  context.lineWidth = frame.unit;
  context.beginPath();
  for (let x = Math.floor((left - frame.height) / step) * step; x < right; x += step) {
    context.moveTo(x, frame.height);
    context.lineTo(x + frame.height, 0);
  }
  context.stroke();
  context.restore();
}

function label({ context, frame, inset, picture }: Brush, block: Block, labels: readonly string[]): void {
  const space = 6 * frame.unit;
  const size = 11 * frame.unit;
  const from = Math.max(inset, block.left) + space;
  const room = Math.min(block.right, frame.width) - from - space;
  // Of what is a pixel wide, nobody measures the words.
  if (room < size) return;
  context.font = `500 ${size}px ${picture.font}`;
  const words = labels.find((one) => context.measureText(one).width <= room);
  if (words === undefined) return;
  context.fillStyle = block.fill === "solid" ? picture.colours.text : picture.colours.neutral;
  context.textBaseline = "middle";
  context.fillText(words, from, frame.height / 2 + frame.unit / 2);
}

function paintBlock(brush: Brush, block: Block): void {
  const { context, frame } = brush;
  const colour = colourOf(brush, block.tone);
  if (block.fill === "hatch") hatch(brush, block, colour);
  else {
    context.globalAlpha = block.fill === "soft" ? 0.28 : 1;
    context.fillStyle = colour;
    context.beginPath();
    // Of what is opaque nothing shows through.
    if (block.tone === "blackout") context.clearRect(block.left, 0, block.right - block.left, frame.height);
    context.roundRect(block.left, 0, block.right - block.left, frame.height, 3 * frame.unit);
    context.fill();
    context.globalAlpha = 1;
  }
  if (block.labels !== undefined && frame.height >= LABELLED * frame.unit) label(brush, block, block.labels);
}

/** A smooth line through the middles between neighbours; each value bends it towards itself. */
function trace(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  left: number,
  step: number,
  y: (of: number) => number,
) {
  for (let at = 0; at < values.length; at += 1) {
    const x = left + at * step;
    const next = values[at + 1] ?? (values[at] as number);
    context.quadraticCurveTo(x, y(values[at] as number), x + step / 2, y(((values[at] as number) + next) / 2));
  }
}

/** Fills the path twice: what was played in one colour, the rest in another. */
function fillPlayed({ context, frame, picture }: Brush, path: () => void, colour: string): void {
  const split = Math.max(0, Math.min(frame.width, picture.playedX));
  const parts: readonly (readonly [from: number, to: number, colour: string])[] = [
    [0, split, picture.colours.played],
    [split, frame.width, colour],
  ];
  for (const [from, to, fill] of parts) {
    if (to <= from) continue;
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, frame.height);
    context.clip();
    context.fillStyle = fill;
    path();
    context.fill();
    context.restore();
  }
}

function paintArea(brush: Brush, area: Area): void {
  const { context, frame } = brush;
  const most = frame.height - AIR * frame.unit;
  const y = (value: number): number => frame.height - value * most;
  fillPlayed(
    brush,
    () => {
      context.beginPath();
      context.moveTo(area.left, frame.height);
      trace(context, area.tops, area.left, area.step, y);
      context.lineTo(area.left + area.tops.length * area.step, frame.height);
      context.closePath();
    },
    colourOf(brush, area.tone),
  );
}

function paintWave(brush: Brush, wave: Wave): void {
  const { context, frame } = brush;
  const middle = frame.height / 2;
  const most = middle - 2 * frame.unit;
  context.fillStyle = colourOf(brush, wave.tone);
  const wide = Math.max(1, wave.step - frame.unit);
  for (let at = 0; at < wave.peaks.length; at += 1) {
    const tall = Math.max(frame.unit / 2, (wave.peaks[at] as number) * most);
    context.fillRect(wave.left + at * wave.step, middle - tall, wide, 2 * tall);
  }
}

function flagPath(context: CanvasRenderingContext2D, x: number, middle: number, unit: number): void {
  context.beginPath();
  context.moveTo(x - 3.5 * unit, middle - 5 * unit);
  context.lineTo(x + 3.5 * unit, middle - 5 * unit);
  context.lineTo(x + 3.5 * unit, middle + 5 * unit);
  context.lineTo(x, middle + 2 * unit);
  context.lineTo(x - 3.5 * unit, middle + 5 * unit);
  context.closePath();
}

function paintPin({ context, frame, picture }: Brush, pin: Pin): void {
  const { unit, height } = frame;
  const middle = height / 2;
  context.fillStyle = picture.colours[pin.tone];
  if (pin.count > 1) {
    const words = pin.count > 99 ? "99+" : String(pin.count);
    context.font = `650 ${9 * unit}px ${picture.font}`;
    const half = Math.max(6 * unit, context.measureText(words).width / 2 + 3.5 * unit);
    context.beginPath();
    context.roundRect(pin.x - half, middle - 6 * unit, 2 * half, 12 * unit, 6 * unit);
    context.fill();
    context.fillStyle = picture.colours.surface;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(words, pin.x, middle + unit / 2);
    context.textAlign = "start";
  } else if (pin.glyph === "flag") {
    flagPath(context, pin.x, middle, unit);
    context.fill();
  } else {
    context.beginPath();
    context.arc(pin.x, middle, 3.5 * unit, 0, 2 * Math.PI);
    context.fill();
  }
}

function paint(brush: Brush, shape: Shape): void {
  switch (shape.kind) {
    case "block":
      paintBlock(brush, shape);
      break;
    case "area":
      paintArea(brush, shape);
      break;
    case "wave":
      paintWave(brush, shape);
      break;
    case "pin":
      paintPin(brush, shape);
      break;
  }
}

/** As wide as the style sheet makes the head of a row. */
function headWidth(context: CanvasRenderingContext2D, { unit, font }: Picture, label: string): number {
  context.font = `400 ${12 * unit}px ${font}`;
  return context.measureText(label).width + 26 * unit;
}

/** Draws all rows at the device's own resolution. */
export function drawRows(canvas: HTMLCanvasElement, picture: Picture): void {
  const { width, height, unit, ratio, view } = picture;
  const context = canvas.getContext("2d");
  if (context === null || width <= 0 || height <= 0) return;
  const [wide, tall] = [Math.round(width * ratio), Math.round(height * ratio)];
  // Setting a size makes a new canvas, even where it is the same.
  if (canvas.width !== wide || canvas.height !== tall) {
    canvas.width = wide;
    canvas.height = tall;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  for (const placed of picture.rows) {
    if (placed.folded) continue;
    const frame = { view, width, height: placed.height * 16 * unit, unit };
    context.save();
    // On a whole device pixel, or every edge in the row is a blur.
    context.translate(0, Math.round(placed.top * 16 * unit * ratio) / ratio);
    const inset = placed.row.foldable ? headWidth(context, picture, placed.row.label) : 0;
    for (const lane of placed.row.lanes) {
      for (const shape of lane.plan(frame)) paint({ context, frame, inset, picture }, shape);
    }
    context.restore();
  }
}
