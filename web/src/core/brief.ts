/** As much of an id as tells it from others at a glance: its beginning, as long as asked for, and its end. */
export function brief(id: string, head = 8): string {
  return id.length > head + 12 ? `${id.slice(0, head)}…${id.slice(-6)}` : id;
}
