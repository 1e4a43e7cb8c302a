/** The exports that were asked for: how far each is, and the button that saves it. */

import { clockText, dayText } from "../../core/time.ts";
import { IconButton } from "../../ui/button.tsx";
import { dismissExports, type ExportRow, exportRows, markSaved } from "./store.ts";
import css from "./tray.module.css";

function State({ row }: { readonly row: ExportRow }) {
  const { state } = row;
  switch (state.step) {
    case "waiting":
      return <span class={css.muted}>Waiting</span>;
    case "working":
      return <progress class={css.progress} max={1} value={state.done} aria-label="Prepared" />;
    case "ready":
      return (
        <a class={css.save} href={state.url} download="" onClick={() => markSaved(row.key)}>
          {state.saved ? "Save again" : "Save"}
        </a>
      );
    case "failed":
      return (
        <span class={css.failed} title={state.failure.hint}>
          {state.failure.message}
        </span>
      );
  }
}

export function ExportsTray() {
  const rows = exportRows.value;
  if (rows.length === 0) return null;
  const ready = rows.filter((row) => row.state.step === "ready").length;
  return (
    <section class={css.tray} aria-label="Exports">
      <div class={css.head}>
        <h2 class="figures">
          {ready} of {rows.length} ready
        </h2>
        <IconButton small icon="close" label="Put the exports away" onClick={dismissExports} />
      </div>
      <ul class={css.rows}>
        {rows.map((row) => (
          <li key={row.key} class={css.row}>
            <span class={css.name}>
              {row.recording.agent || "Unknown agent"}
              <small class={css.muted}>
                {dayText(row.recording.startedAt, new Date())}, {clockText(row.recording.startedAt)}
              </small>
            </span>
            <State row={row} />
          </li>
        ))}
      </ul>
    </section>
  );
}
