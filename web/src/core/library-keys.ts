/** The keyboard of the library, in words. */

export const LIBRARY_KEYS: readonly {
  readonly title: string;
  readonly rows: readonly (readonly [readonly string[], string])[];
}[] = [
  {
    title: "Move",
    rows: [
      [["J", "↓"], "Next recording"],
      [["K", "↑"], "Previous recording"],
      [["Home", "End"], "First or last that is loaded"],
      [["Enter"], "Open it"],
    ],
  },
  {
    title: "Select",
    rows: [
      [["X"], "Select it, or let it go"],
      [["Shift", "J"], "Select downwards"],
      [["Shift", "K"], "Select upwards"],
      [["Esc"], "Clear the selection"],
    ],
  },
  {
    title: "Find",
    rows: [
      [["/"], "Search"],
      [["F"], "Add a filter"],
      [["N"], "Show what is new"],
      [["?"], "This help"],
    ],
  },
];
