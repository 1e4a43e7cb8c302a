/** The icons: drawn on a grid of 20, one stroke weight, coloured by the text around them. */

const PATHS = {
  play: "M6.5 4.2v11.6a.6.6 0 0 0 .92.5l8.9-5.8a.6.6 0 0 0 0-1l-8.9-5.8a.6.6 0 0 0-.92.5Z",
  pause: "M6.2 4h2.3v12H6.2zM11.5 4h2.3v12h-2.3z",
  replay: "M4.5 10a5.5 5.5 0 1 0 1.9-4.2M6.6 2.6v3.5h3.5",
  back: "M11.8 4.5 6.3 10l5.5 5.5",
  forward: "M8.2 4.5 13.7 10l-5.5 5.5",
  frameBack: "M12 5 7 10l5 5M15 5v10",
  frameOn: "M8 5l5 5-5 5M5 5v10",
  back10: "M9 6H5.6V2.6M5.8 5.8a6 6 0 1 1-1.7 5",
  forward10: "M11 6h3.4V2.6M14.2 5.8a6 6 0 1 0 1.7 5",
  fullscreen: "M4 7.5V4h3.5M12.5 4H16v3.5M16 12.5V16h-3.5M7.5 16H4v-3.5",
  shrink: "M7.5 4v3.5H4M16 7.5h-3.5V4M12.5 16v-3.5H16M4 12.5h3.5V16",
  skip: "M4 5.2v9.6l5.4-4.8L4 5.2ZM10.4 5.2v9.6l5.4-4.8-5.4-4.8Z",
  monitor: "M3 4.5h14v9H3zM7.5 16.5h5M10 13.5v3",
  help: "M7.7 7.6a2.4 2.4 0 1 1 3.5 2.2c-.8.4-1.2.9-1.2 1.8M10 14.4v.1M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0Z",
  link: "M8.4 11.6a3 3 0 0 0 4.3 0l2.6-2.6a3 3 0 1 0-4.3-4.3l-.9.9M11.6 8.4a3 3 0 0 0-4.3 0L4.7 11a3 3 0 1 0 4.3 4.3l.9-.9",
  check: "m4.5 10.5 3.6 3.6 7.4-8",
  warning: "M10 3.4 2.9 15.8a.7.7 0 0 0 .6 1h13a.7.7 0 0 0 .6-1L10 3.4ZM10 8.4v3.8M10 14.3v.1",
  gap: "M3 10h3.5M13.5 10H17M8.5 5.5 7 14.5M13 5.5l-1.5 9",
  sun: "M10 6.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8ZM10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M4.3 15.7l1.2-1.2M14.5 5.5l1.2-1.2",
  moon: "M16.6 11.9A7 7 0 0 1 8.1 3.4a7 7 0 1 0 8.5 8.5Z",
  system: "M3 4.5h14v9H3zM7.5 16.5h5",
  exit: "M8 4H4v12h4M12.5 6.5 16 10l-3.5 3.5M16 10H8",
  stop: "M5.5 5.5h9v9h-9z",
  record: "M10 5a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z",
  close: "m5 5 10 10M15 5 5 15",
  refresh: "M15.5 10a5.5 5.5 0 1 1-1.9-4.2M13.4 2.6v3.5H9.9",
  blackout: "M3 4.5h14v11H3zM3 15.5l14-11",
  theatre: "M2.5 5.5h15v9h-15zM2.5 12h15",
  inWindow: "M17 9.5v-5H3v11h5.5M10.5 10.5h7v5.5h-7z",
  sound: "M3.5 7.8v4.4h2.8L10 15.5v-11L6.3 7.8zM13 7.4a4 4 0 0 1 0 5.2M15.2 5.2a7 7 0 0 1 0 9.6",
  muted: "M3.5 7.8v4.4h2.8L10 15.5v-11L6.3 7.8zM13 8l4 4M17 8l-4 4",
  eye: "M1.8 10S4.8 4.6 10 4.6 18.2 10 18.2 10 15.2 15.4 10 15.4 1.8 10 1.8 10ZM10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
  eyeOff:
    "M3 3l14 14M8.2 4.8A8 8 0 0 1 10 4.6c5.2 0 8.2 5.4 8.2 5.4a14 14 0 0 1-2.5 3.1M5.4 6A14 14 0 0 0 1.8 10s3 5.4 8.2 5.4a8 8 0 0 0 3.9-1M8.4 8.4a2.3 2.3 0 0 0 3.2 3.2",
  shield: "M10 2.8 4 5v4.6c0 3.6 2.5 6.3 6 7.6 3.5-1.3 6-4 6-7.6V5l-6-2.2Z",
  shieldCheck: "M10 2.8 4 5v4.6c0 3.6 2.5 6.3 6 7.6 3.5-1.3 6-4 6-7.6V5l-6-2.2ZM7.4 9.8l1.9 1.9 3.4-3.6",
  copy: "M7.5 7.5h9v9h-9zM4.5 12.5h-1v-9h9v1",
  library: "M3.5 5h13M3.5 10h13M3.5 15h8",
  wall: "M3.5 4h5.5v5H3.5zM11 4h5.5v5H11zM3.5 11h5.5v5H3.5zM11 11h5.5v5H11z",
  bookmark: "M5.5 3.5h9v13L10 13l-4.5 3.5z",
  person: "M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 16.5c.6-2.6 3-4 6-4s5.4 1.4 6 4",
  people:
    "M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM2.5 16c.5-2.4 2.5-3.6 5-3.6s4.5 1.2 5 3.6M12.7 4.3a2.7 2.7 0 0 1 0 5M14.5 12.7c1.6.5 2.7 1.6 3 3.3",
  audit: "M5 3.5h10v13H5zM7.7 7h4.6M7.7 10h4.6M7.7 13h2.6",
  logs: "M3.5 4.5h13v11h-13zM6 8l2 2-2 2M10 12.3h4",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l3.7 3.7",
  filter: "M3.5 5h13M6 10h8M8.5 15h3",
  plus: "M10 4.5v11M4.5 10h11",
  minus: "M4.5 10h11",
  more: "M4.5 8.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6ZM10 8.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6ZM15.5 8.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6Z",
  columns: "M3.5 4.5h13v11h-13zM8 4.5v11M12.3 4.5v11",
  tag: "M3.5 3.5h6l7 7-6 6-7-7zM6.9 6.9v.1",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  unlock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 5.8-1",
  download: "M10 3.5v8.7M6.3 8.8 10 12.5l3.7-3.7M4 16.5h12",
  calendar: "M3.5 5h13v11.5h-13zM3.5 8.7h13M7 3v3.5M13 3v3.5",
  clock: "M10 3.2a6.8 6.8 0 1 0 0 13.6 6.8 6.8 0 0 0 0-13.6ZM10 6.3V10l2.6 1.7",
  down: "m5 7.8 5 5 5-5",
  up: "m5 12.2 5-5 5 5",
  trash: "M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.7 11h7.6l.7-11",
  edit: "m4 16 .7-3.2 8.2-8.2a1.5 1.5 0 0 1 2.1 0l.4.4a1.5 1.5 0 0 1 0 2.1l-8.2 8.2z",
  share:
    "M14 7.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM6 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM14 16.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7.8 9l4.5-2.5M7.8 11l4.5 2.5",
  views: "M4 5.5 10 3l6 2.5L10 8zM4 10l6 2.5 6-2.5M4 14.2l6 2.5 6-2.5",
  sidebar: "M3.5 4.5h13v11h-13zM8 4.5v11",
  keyboard: "M2.5 5.5h15v9h-15zM5.5 8.5h.1M8.5 8.5h.1M11.5 8.5h.1M14.5 8.5h.1M6.5 11.5h7",
  coverage: "M3 6h8M13.5 6H17M3 10h3M8.5 10H17M3 14h11M16.5 14h.5",
  quarantine: "M3 4h14v3.5H3zM4.5 7.5V16h11V7.5M7.8 10.5h4.4",
  retention: "M6 3h8M6 17h8M7 3v2.6c0 2 3 3 3 4.4s-3 2.4-3 4.4V17M13 3v2.6c0 2-3 3-3 4.4s3 2.4 3 4.4V17",
  network: "M7.5 3h5v4h-5zM2.5 13h5v4h-5zM12.5 13h5v4h-5zM10 7v3M5 13v-3h10v3",
  chart: "M3.5 3.5v13h13M7 13.5V10M10.5 13.5V6.5M14 13.5V9",
  rules: "M4 4.5h5v4H4zM4 11.5h5v4H4zM11.5 6.5H16M11.5 13.5l1.6 1.6 2.9-3.4",
  settings: "M4 6.5h6M14 6.5h2M12 4.5v4M4 13.5h2M10 13.5h6M8 11.5v4",
} as const;

export type IconName = keyof typeof PATHS;

/** All of them, for the gallery. */
export const ICONS = Object.keys(PATHS) as IconName[];

const FILLED: ReadonlySet<IconName> = new Set(["play", "pause", "stop", "record", "skip", "more"]);

/** A size in pixels at the usual size of text; it grows with that. */
const grown = (size: number): { width: string; height: string } => ({
  width: `${size / 16}rem`,
  height: `${size / 16}rem`,
});

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  const filled = FILLED.has(name);
  return (
    <svg
      style={grown(size)}
      viewBox="0 0 20 20"
      fill={filled ? "currentColor" : "none"}
      stroke={filled ? "none" : "currentColor"}
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The product's mark: a playhead. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg style={grown(size)} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path d="M10 7h12v5.2L17.4 17v9h-2.8v-9L10 12.2z" fill="var(--on-accent)" />
    </svg>
  );
}
