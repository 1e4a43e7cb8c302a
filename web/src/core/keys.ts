/** The keyboard: which key does what in the player, and the words for the help that lists them. */

export type Command =
  | { readonly do: "toggle" }
  | { readonly do: "step"; readonly seconds: number }
  | { readonly do: "frame"; readonly direction: 1 | -1 }
  | { readonly do: "share"; readonly share: number }
  | { readonly do: "end" }
  | { readonly do: "faster" }
  | { readonly do: "slower" }
  | { readonly do: "normal-speed" }
  | { readonly do: "live" }
  | { readonly do: "skip-idle" }
  | { readonly do: "mark"; readonly end: "in" | "out" }
  | { readonly do: "clear-range" }
  | { readonly do: "moment"; readonly direction: 1 | -1 }
  | { readonly do: "next-track" }
  | { readonly do: "tile" }
  | { readonly do: "closer"; readonly direction: 1 | -1 }
  | { readonly do: "pan"; readonly x: number; readonly y: number }
  | { readonly do: "whole-picture" }
  | { readonly do: "fullscreen" }
  | { readonly do: "theatre" }
  | { readonly do: "picture-in-picture" }
  | { readonly do: "mute" }
  | { readonly do: "bookmark" }
  | { readonly do: "copy-link"; readonly range: boolean }
  | { readonly do: "download" }
  | { readonly do: "help" };

/** What a key event says, apart from where it came from. */
export interface KeyPress {
  readonly key: string;
  readonly shift: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly meta: boolean;
}

const PLAIN: Readonly<Record<string, Command>> = {
  " ": { do: "toggle" },
  k: { do: "toggle" },
  j: { do: "step", seconds: -10 },
  l: { do: "step", seconds: 10 },
  ArrowLeft: { do: "step", seconds: -5 },
  ArrowRight: { do: "step", seconds: 5 },
  ",": { do: "frame", direction: -1 },
  ".": { do: "frame", direction: 1 },
  Home: { do: "share", share: 0 },
  End: { do: "end" },
  "<": { do: "slower" },
  ">": { do: "faster" },
  "=": { do: "normal-speed" },
  n: { do: "live" },
  i: { do: "skip-idle" },
  "[": { do: "mark", end: "in" },
  "]": { do: "mark", end: "out" },
  "\\": { do: "clear-range" },
  e: { do: "moment", direction: 1 },
  v: { do: "next-track" },
  g: { do: "tile" },
  "+": { do: "closer", direction: 1 },
  "-": { do: "closer", direction: -1 },
  z: { do: "whole-picture" },
  f: { do: "fullscreen" },
  t: { do: "theatre" },
  p: { do: "picture-in-picture" },
  m: { do: "mute" },
  b: { do: "bookmark" },
  c: { do: "copy-link", range: false },
  d: { do: "download" },
  "?": { do: "help" },
};

const SHIFTED: Readonly<Record<string, Command>> = {
  ArrowLeft: { do: "step", seconds: -1 },
  ArrowRight: { do: "step", seconds: 1 },
  e: { do: "moment", direction: -1 },
  c: { do: "copy-link", range: true },
};

/** A share of what is seen that one key press moves a magnified picture by. */
const PAN = 0.15;

/** With a magnified picture the arrows move it where Shift is held, and 0 shows the whole again. */
const ZOOMED: Readonly<Record<string, Command>> = {
  ArrowLeft: { do: "pan", x: -PAN, y: 0 },
  ArrowRight: { do: "pan", x: PAN, y: 0 },
  ArrowUp: { do: "pan", x: 0, y: -PAN },
  ArrowDown: { do: "pan", x: 0, y: PAN },
};

/**
 * The command of a key press, or null. Keys with Ctrl, Alt or Meta belong to the browser.
 *
 * @param zoomed whether the picture is magnified.
 */
export function commandOf(press: KeyPress, zoomed = false): Command | null {
  if (press.ctrl || press.alt || press.meta) return null;
  if (zoomed && press.key === "0") return { do: "whole-picture" };
  if (/^[0-9]$/.test(press.key)) return { do: "share", share: Number(press.key) / 10 };
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.shift) return (zoomed ? ZOOMED[key] : undefined) ?? SHIFTED[key] ?? PLAIN[key] ?? null;
  return PLAIN[key] ?? null;
}

/** The help, in groups. */
export const KEY_HELP: readonly { readonly title: string; readonly rows: readonly (readonly [string[], string])[] }[] =
  [
    {
      title: "Play",
      rows: [
        [["Space", "K"], "Play or pause"],
        [["J", "L"], "Back or on by 10 seconds"],
        [["←", "→"], "Back or on by 5 seconds; with Shift by 1"],
        [[",", "."], "Previous or next picture"],
        [["<", ">"], "Slower or faster"],
        [["="], "Normal speed"],
        [["I"], "Skip idle stretches, or do not"],
      ],
    },
    {
      title: "Go to",
      rows: [
        [["0", "…", "9"], "That tenth of the recording"],
        [["Home", "End"], "The beginning or the end"],
        [["E"], "Next event; with Shift the previous one"],
        [["N"], "Now: the live edge"],
      ],
    },
    {
      title: "Range",
      rows: [
        [["["], "It begins here"],
        [["]"], "It ends here, and plays over and over"],
        [["\\"], "No range"],
      ],
    },
    {
      title: "Picture",
      rows: [
        [["+", "-"], "Closer or farther"],
        [["Z", "0"], "The whole picture again"],
        [["⇧ ←", "⇧ →"], "Move a magnified picture; also ↑ and ↓"],
        [["V"], "Next monitor"],
        [["G"], "All monitors, or one"],
        [["F"], "Full screen"],
        [["T"], "Theatre: as wide as the page"],
        [["P"], "Picture in picture"],
        [["M"], "Sound on or off, where there is any"],
      ],
    },
    {
      title: "Keep and share",
      rows: [
        [["B"], "Bookmark this moment or range"],
        [["C"], "Copy a link to this moment; with Shift to the range"],
        [["D"], "Download as MP4"],
        [["?"], "This help"],
      ],
    },
  ];

/** The speeds offered. */
export const SPEEDS: readonly number[] = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 4, 8];

/** The next speed up or down; the same at either end. */
export function nextSpeed(speed: number, direction: 1 | -1): number {
  const candidates = SPEEDS.filter((one) => (direction > 0 ? one > speed : one < speed));
  return (direction > 0 ? candidates[0] : candidates.at(-1)) ?? speed;
}
