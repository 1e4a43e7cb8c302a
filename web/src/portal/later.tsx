/** Pages that are loaded when they are needed; what is loaded first stays small. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Failure } from "../core/failure.ts";
import { FailureNotice } from "../ui/notice.tsx";
import { Center } from "./shell.tsx";

const CHANGED: Failure = {
  code: "page.outdated",
  message: "This page has been replaced by a newer one.",
  hint: "The server was updated while the page was open.",
  remedy: "reload",
};

export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [Page, setPage] = useState<ComponentType<P> | null>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded !== null) return;
      load().then(
        (page) => {
          loaded = page;
          setPage(() => page);
        },
        () => setFailed(true),
      );
    }, []);
    if (failed) {
      return (
        <Center>
          <FailureNotice failure={CHANGED} onRemedy={() => location.reload()} />
        </Center>
      );
    }
    return Page === null ? null : <Page {...props} />;
  };
}
