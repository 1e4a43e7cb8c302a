/** Positions and instants in words. A position is in microseconds from the beginning of the recording. */

export const SECOND_US = 1_000_000;

const two = (value: number): string => String(value).padStart(2, "0");

/** `m:ss` or `h:mm:ss`, and with `fine` the milliseconds; never negative. */
export function positionText(positionUs: number, fine = false): string {
  const ms = Math.max(0, Math.floor(positionUs / 1000));
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const head = hours > 0 ? `${hours}:${two(minutes)}` : String(minutes);
  return `${head}:${two(seconds % 60)}${fine ? `.${String(ms % 1000).padStart(3, "0")}` : ""}`;
}

/** A length for a list: `8 s`, `12 min 05 s`, `3 h 20 min`. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** A position for a screen reader: `1 hour 2 minutes 3 seconds`. */
export function spokenPosition(positionUs: number): string {
  const seconds = Math.max(0, Math.floor(positionUs / SECOND_US));
  const parts: string[] = [];
  const say = (count: number, word: string): void => {
    if (count > 0) parts.push(`${count} ${word}${count === 1 ? "" : "s"}`);
  };
  say(Math.floor(seconds / 3600), "hour");
  say(Math.floor(seconds / 60) % 60, "minute");
  if (parts.length === 0 || seconds % 60 > 0) {
    const rest = seconds % 60;
    parts.push(`${rest} second${rest === 1 ? "" : "s"}`);
  }
  return parts.join(" ");
}

/** Bytes with a decimal unit: `812 kB`, `1.4 GB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** The instant `Date` of a position. */
export function instantAt(startedAtUs: number, positionUs: number): Date {
  return new Date((startedAtUs + positionUs) / 1000);
}

/** The time of day in the reader's own language and zone; `fine` adds seconds. */
export function clockText(at: Date, fine = false, locale?: string): string {
  return at.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", ...(fine ? { second: "2-digit" } : {}) });
}

function dayNumber(at: Date): number {
  return Math.round(new Date(at.getFullYear(), at.getMonth(), at.getDate(), 12).getTime() / 86_400_000);
}

/** The day as a heading: `Today`, `Yesterday`, `Tuesday` within a week, else the date. */
export function dayText(at: Date, now: Date, locale?: string): string {
  const ago = dayNumber(now) - dayNumber(at);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago < 7) return at.toLocaleDateString(locale, { weekday: "long", day: "numeric", month: "long" });
  return at.toLocaleDateString(locale, { weekday: "short", day: "numeric", month: "long", year: "numeric" });
}

/** The day in few letters, for a column: `Today`, `17 Nov`, and with the year where it is another one. */
export function shortDayText(at: Date, now: Date, locale?: string): string {
  const ago = dayNumber(now) - dayNumber(at);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return at.toLocaleDateString(locale, { day: "numeric", month: "short", ...year });
}

/** Reads a moment of a link: plain seconds (`754.2`) or `1h2m3s`. Null where it is neither. */
export function parseMoment(value: string): number | null {
  if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * SECOND_US);
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(value);
  if (value === "" || match === null) return null;
  const [, hours = "0", minutes = "0", seconds = "0"] = match;
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * SECOND_US);
}

/** The moment of a link, to the millisecond: what `parseMoment` reads. */
export function momentText(positionUs: number): string {
  return String(Math.max(0, Math.round(positionUs / 1000)) / 1000);
}
