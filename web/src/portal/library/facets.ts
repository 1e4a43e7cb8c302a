/** What there is to narrow to, asked for when it is needed, and again while somebody types. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Facets } from "../../core/facets.ts";
import { isAbort } from "../../net/http.ts";
import { isSignedOut, mustSignIn } from "../session.ts";
import { getFacets } from "./requests.ts";

const TYPING_MS = 150;

/**
 * The facets, null until they are there, and the function that asks for those that begin like something. Groups and
 * sites are always all of them: a chip has to know its group's name, whatever is being looked for.
 */
export function useFacets(): readonly [Facets | null, (prefix: string) => void] {
  const [whole, setWhole] = useState<Facets | null>(null);
  const [found, setFound] = useState<Facets | null>(null);
  const [prefix, setPrefix] = useState<string | null>(null);
  const asked = useRef(0);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(
      () => {
        const keep = (facets: Facets): void => {
          if (!prefix) setWhole(facets);
          setFound(facets);
        };
        getFacets(prefix ?? "", stop.signal).then(keep, (error: unknown) => {
          // Without them a filter can still be typed into the address; the list itself says what is wrong.
          if (!isAbort(error) && isSignedOut(error)) mustSignIn();
        });
      },
      asked.current === 0 ? 0 : TYPING_MS,
    );
    asked.current += 1;
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [prefix]);
  const facets = useMemo(
    () => (found === null || whole === null ? found : { ...found, groups: whole.groups, sites: whole.sites }),
    [found, whole],
  );
  return [facets, setPrefix];
}
