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
  | { readonly do: "fullscreen" }
  | { readonly do: "skip-idle" }
  | { readonly do: "next-track" }
  | { readonly do: "copy-link" }
  | { readonly do: "moment"; readonly direction: 1 | -1 }
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
  "-": { do: "slower" },
  "+": { do: "faster" },
  "=": { do: "normal-speed" },
  n: { do: "live" },
  f: { do: "fullscreen" },
  i: { do: "skip-idle" },
  m: { do: "next-track" },
  c: { do: "copy-link" },
  "[": { do: "moment", direction: -1 },
  "]": { do: "moment", direction: 1 },
  "?": { do: "help" },
};

/** The command of a key press, or null. Keys with Ctrl, Alt or Meta belong to the browser. */
export function commandOf(press: KeyPress): Command | null {
  if (press.ctrl || press.alt || press.meta) return null;
  if (/^[0-9]$/.test(press.key)) return { do: "share", share: Number(press.key) / 10 };
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.shift && key === "ArrowLeft") return { do: "step", seconds: -1 };
  if (press.shift && key === "ArrowRight") return { do: "step", seconds: 1 };
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
      ],
    },
    {
      title: "Go to",
      rows: [
        [["0", "…", "9"], "That tenth of the recording"],
        [["Home", "End"], "The beginning or the end"],
        [["[", "]"], "Previous or next event"],
        [["N"], "Now: the live edge"],
      ],
    },
    {
      title: "View",
      rows: [
        [["I"], "Skip idle stretches, or do not"],
        [["M"], "Next monitor"],
        [["F"], "Full screen"],
        [["C"], "Copy a link to this moment"],
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
