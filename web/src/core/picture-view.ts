/**
 * Looking closer at the picture: how large it is shown, and which part.
 *
 * `scale` counts from the picture as it fits; `x` and `y` say which point of the picture is in the middle, as shares of
 * its width and height. All of it is independent of pixels, so that it survives a resize or another display size.
 */

export interface PictureView {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const WHOLE: PictureView = { scale: 1, x: 0.5, y: 0.5 };

/** Closer than this shows nothing but squares. */
export const SCALE_MAX = 12;
/** One press of a key, or one notch of a wheel. */
export const SCALE_STEP = 1.25;
/** From this many device pixels for each recorded one on, edges are kept hard: smoothing would only blur text. */
export const SHARP_FROM = 2;

/** A box in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The picture as it fits into a box without cutting anything off. */
export function fitted(box: Size, picture: Size): Size {
  if (box.width <= 0 || box.height <= 0 || picture.width <= 0 || picture.height <= 0) return { width: 0, height: 0 };
  const factor = Math.min(box.width / picture.width, box.height / picture.height);
  return { width: picture.width * factor, height: picture.height * factor };
}

/** In how many columns so many pictures are largest, side by side in a box. */
export function columnsFor(count: number, box: Size, picture: Size): number {
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const cell = { width: box.width / columns, height: box.height / Math.ceil(count / columns) };
    const { width } = fitted(cell, picture);
    if (width > best.width) best = { columns, width };
  }
  return best.columns;
}

/** The share of the picture that is seen along each axis: 1 is all of it. */
export function seenShare(view: PictureView, box: Size, fit: Size): { readonly x: number; readonly y: number } {
  const along = (room: number, length: number): number =>
    length === 0 ? 1 : Math.min(1, room / (length * view.scale));
  return { x: along(box.width, fit.width), y: along(box.height, fit.height) };
}

/** A view kept so that nothing beside the picture is shown where the picture could be. */
export function bounded(view: PictureView, box: Size, fit: Size): PictureView {
  const scale = Math.max(1, Math.min(SCALE_MAX, view.scale));
  if (scale === 1) return WHOLE;
  const seen = seenShare({ ...view, scale }, box, fit);
  const keep = (at: number, share: number): number => Math.max(share / 2, Math.min(1 - share / 2, at));
  return { scale, x: keep(view.x, seen.x), y: keep(view.y, seen.y) };
}

/** The point of the picture under a point of the box, given from the box's middle in CSS pixels. */
export function pointUnder(view: PictureView, fit: Size, dx: number, dy: number): { x: number; y: number } {
  return {
    x: fit.width === 0 ? 0.5 : view.x + dx / (fit.width * view.scale),
    y: fit.height === 0 ? 0.5 : view.y + dy / (fit.height * view.scale),
  };
}

/** A view `factor` times as close, in which what lies under a point stays there. */
export function closer(view: PictureView, factor: number, dx: number, dy: number, box: Size, fit: Size): PictureView {
  const scale = Math.max(1, Math.min(SCALE_MAX, view.scale * factor));
  const under = pointUnder(view, fit, dx, dy);
  const middle = (at: number, length: number, by: number): number => (length === 0 ? 0.5 : at - by / (length * scale));
  return bounded({ scale, x: middle(under.x, fit.width, dx), y: middle(under.y, fit.height, dy) }, box, fit);
}

/** A view moved as if the picture were dragged by so many CSS pixels. */
export function dragged(view: PictureView, dx: number, dy: number, box: Size, fit: Size): PictureView {
  if (view.scale === 1 || fit.width === 0 || fit.height === 0) return view;
  const x = view.x - dx / (fit.width * view.scale);
  const y = view.y - dy / (fit.height * view.scale);
  return bounded({ scale: view.scale, x, y }, box, fit);
}

/** The scale at which one recorded pixel is one of the screen's, or twice the fit where that would be no closer. */
export function trueScale(picture: Size, fit: Size, devicePixels: number): number {
  if (fit.width === 0) return 1;
  const wanted = picture.width / (fit.width * devicePixels);
  return Math.min(SCALE_MAX, wanted > 1.15 ? wanted : 2);
}

/** The transform of an element that fills the box and whose origin is its middle. */
export function transformOf(view: PictureView, fit: Size): string {
  if (view.scale === 1) return "none";
  const along = (at: number, length: number): string => ((0.5 - at) * length * view.scale).toFixed(2);
  return `translate(${along(view.x, fit.width)}px, ${along(view.y, fit.height)}px) scale(${view.scale.toFixed(4)})`;
}

/** Whether recorded pixels are so large on the screen that they are shown as they are. */
export function isSharp(view: PictureView, picture: Size, fit: Size, devicePixels: number): boolean {
  return picture.width > 0 && (fit.width * view.scale * devicePixels) / picture.width >= SHARP_FROM;
}
