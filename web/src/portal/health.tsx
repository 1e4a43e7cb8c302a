/** What is wrong with the server, on the pages of those who look after it. */

import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { sinceText } from "../core/ago.ts";
import { type Problem, readHealth } from "../core/health.ts";
import { isAbort, requestJson } from "../net/http.ts";
import { Notice } from "../ui/notice.tsx";
import { wallNow } from "./clock.ts";
import { listen } from "./feed.ts";
import { isSignedOut, mustSignIn } from "./session.ts";

export function ServerHealth() {
  const problems = useMemo(() => signal<readonly Problem[]>([]), []);
  useEffect(() => {
    const stop = new AbortController();
    const load = async (): Promise<void> => {
      try {
        problems.value = readHealth(await requestJson("/api/health", { signal: stop.signal }));
      } catch (error) {
        if (isAbort(error)) return;
        if (isSignedOut(error)) mustSignIn();
        // That the server cannot be asked is said by what the page is about.
      }
    };
    const unlisten = listen({
      health: (value) => {
        problems.value = readHealth(value);
      },
      resync: () => void load(),
    });
    void load();
    return () => {
      stop.abort();
      unlisten();
    };
  }, []);
  return (
    <>
      {problems.value.map((one) => (
        <Notice
          key={`${one.code} ${one.message}`}
          tone="danger"
          title={one.message}
          hint={`${one.hint} Since ${sinceText(one.since, wallNow())}.`.trim()}
        />
      ))}
    </>
  );
}
