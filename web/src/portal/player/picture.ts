/** How closely the picture is looked at; and which monitors are in sight. */

import { computed, signal } from "@preact/signals";
import {
  bounded,
  closer,
  dragged,
  fitted,
  type PictureView,
  SCALE_STEP,
  type Size,
  seenShare,
  trueScale,
  WHOLE,
} from "../../core/picture-view.ts";
import type { Looking } from "../../ui/picture.tsx";

const NOWHERE: Size = { width: 0, height: 0 };

export class PictureStore {
  readonly view = signal<PictureView>(WHOLE);
  readonly box = signal<Size>(NOWHERE);
  readonly picture = signal<Size>(NOWHERE);
  /** Whether all monitors are shown side by side. */
  readonly tiled = signal(false);
  private readonly fit = computed(() => fitted(this.box.value, this.picture.value));

  get zoomed(): boolean {
    return !this.tiled.value && this.view.value.scale > 1;
  }

  /** What the picture's component shows and calls. */
  looking(): Looking {
    return {
      view: this.view.value,
      box: this.box.value,
      picture: this.picture.value,
      onBox: (box) => {
        this.box.value = box;
        this.show(this.view.value);
      },
      onPicture: (picture) => {
        this.picture.value = picture;
        this.show(this.view.value);
      },
      onCloser: (factor, dx, dy) => this.closer(factor, dx, dy),
      onDrag: (dx, dy) => this.show(dragged(this.view.value, dx, dy, this.box.value, this.fit.value)),
      onToggle: (dx, dy) => this.toggle(dx, dy),
      onCentre: (x, y) => this.show({ ...this.view.value, x, y }),
      onWhole: () => this.whole(),
    };
  }

  /** Closer to, or farther from, what lies under a point. */
  closer(factor: number, dx = 0, dy = 0): void {
    if (!this.tiled.value) this.show(closer(this.view.value, factor, dx, dy, this.box.value, this.fit.value));
  }

  /** One step of the keyboard. */
  step(direction: 1 | -1): void {
    this.closer(direction > 0 ? SCALE_STEP : 1 / SCALE_STEP);
  }

  /** Moves by a share of what is seen. */
  pan(x: number, y: number): void {
    const view = this.view.value;
    const seen = seenShare(view, this.box.value, this.fit.value);
    this.show({ ...view, x: view.x + x * seen.x, y: view.y + y * seen.y });
  }

  whole(): void {
    this.view.value = WHOLE;
  }

  /** In to where every recorded pixel is one of the screen's, and out again. */
  private toggle(dx: number, dy: number): void {
    if (this.zoomed) this.whole();
    else this.closer(trueScale(this.picture.value, this.fit.value, window.devicePixelRatio), dx, dy);
  }

  private show(view: PictureView): void {
    this.view.value = bounded(view, this.box.value, this.fit.value);
  }
}
