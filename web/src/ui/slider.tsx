/** A size between two ends. */

import { Icon } from "./icon.tsx";
import css from "./slider.module.css";

interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly value: number;
  readonly onInput: (value: number) => void;
}

export function Slider({ label, min, max, value, onInput }: SliderProps) {
  return (
    <label class={css.slider} title={label}>
      <Icon name="wall" size={14} />
      <input
        type="range"
        aria-label={label}
        min={min}
        max={max}
        value={value}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
      <Icon name="monitor" size={18} />
    </label>
  );
}
