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
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set(["play", "pause", "stop", "record", "skip"]);

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  const filled = FILLED.has(name);
  return (
    <svg
      width={size}
      height={size}
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
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path d="M10 7h12v5.2L17.4 17v9h-2.8v-9L10 12.2z" fill="var(--on-accent)" />
    </svg>
  );
}
