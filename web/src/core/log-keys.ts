/** The keyboard of the logs, in words. */

export const LOG_KEYS: readonly {
  readonly title: string;
  readonly rows: readonly (readonly [readonly string[], string])[];
}[] = [
  {
    title: "Move",
    rows: [
      [["J", "↓"], "Next line"],
      [["K", "↑"], "Previous line"],
      [["Home", "End"], "First or last that is loaded"],
      [["Enter"], "Open it"],
    ],
  },
  {
    title: "Find",
    rows: [
      [["/"], "Search"],
      [["F"], "Add a filter"],
    ],
  },
  {
    title: "Follow",
    rows: [
      [["N"], "Show what is new"],
      [["P"], "Pause, or go on"],
      [["?"], "This help"],
    ],
  },
];
