/** How the list stands: whether lines are added, what has to be known of it, and all of it as a file. */

import { Dot } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Notice } from "../../ui/notice.tsx";
import { fileAddress } from "./api.ts";
import css from "./logs.module.css";
import type { LogStore } from "./store.ts";

/** Whether lines are added as they are said, and the button that holds them. */
export function Following({ store }: { readonly store: LogStore }) {
  const { stream } = store;
  if (stream === null || store.begun.value) return null;
  const paused = store.paused.value;
  const text = paused ? "Paused" : !stream.connected.value ? "Interrupted" : "Live";
  return (
    <span class={css.following}>
      <span class={css.state} role="status">
        <Dot tone={text === "Live" ? "accent" : text === "Paused" ? "neutral" : "warn"} />
        {text}
      </span>
      <Button icon={paused ? "play" : "pause"} onClick={() => store.pause(!paused)}>
        {paused ? "Go on" : "Pause"}
      </Button>
    </span>
  );
}

export function Download({ store }: { readonly store: LogStore }) {
  const { filter, asked } = store;
  return (
    <Menu
      label="Download"
      align="end"
      trigger={(opens) => (
        <Button icon="download" opens={opens}>
          Download
        </Button>
      )}
      entries={[
        { heading: "All lines that are looked for" },
        {
          text: "For people",
          icon: "audit",
          hint: "Text, a line each",
          href: fileAddress(filter, asked, "text"),
          download: "logs.txt",
        },
        {
          text: "For programs",
          icon: "logs",
          hint: "JSON lines",
          href: fileAddress(filter, asked, "jsonl"),
          download: "logs.jsonl",
        },
      ]}
    />
  );
}

/** What has to be known of the list. */
export function Notes({ store }: { readonly store: LogStore }) {
  const lost = store.lost.value;
  return (
    <>
      {store.stream?.connected.value === false && store.failure.value === null && (
        <Notice
          tone="warn"
          title="The connection to the server is interrupted."
          hint="What is said meanwhile appears when it is back. It is being tried again."
        />
      )}
      {lost > 0 && (
        <Notice
          title={`${lost.toLocaleString("en")} lines came faster than they could be shown.`}
          hint="They are stored."
        >
          <Button small onClick={() => void store.load()}>
            Load them
          </Button>
        </Notice>
      )}
      {store.begun.value && (
        <Notice icon="link" title="The list begins at the line of the link." hint="Newer lines are left out.">
          <Button small onClick={() => void store.load()}>
            Show the newest
          </Button>
        </Notice>
      )}
    </>
  );
}
