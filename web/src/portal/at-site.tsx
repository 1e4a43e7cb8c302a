/** Pages about one server, in the portal of several sites: which site they are about. */

import { type ComponentChildren, Fragment } from "preact";
import { useState } from "preact/hooks";
import type { Session } from "../core/access.ts";
import { apiAt } from "../core/site-api.ts";
import { Select } from "../ui/field.tsx";
import { Empty } from "../ui/notice.tsx";
import css from "./at-site.module.css";

/** The site that the page is about; null at a site itself. It stays chosen from page to page. */
let about: string | null = null;

/** The address of a path of the API at the site that the page is about. */
export function at(path: string): string {
  return apiAt(about, path);
}

interface AtSiteProps {
  readonly session: Session;
  readonly children: ComponentChildren;
}

/** A page about one server, with the choice of its site above it where there are several. */
export function AtSite({ session, children }: AtSiteProps) {
  const { sites } = session;
  const [choice, setChoice] = useState(about);
  if (sites === null) return <>{children}</>;
  const [first] = sites;
  if (first === undefined) {
    return <Empty icon="network" title="There is no site yet" hint="The cloud's administrator adds them." />;
  }
  const site = sites.find((one) => one === choice) ?? first;
  about = site;
  return (
    <>
      <div class={css.site}>
        <span>Site</span>
        <Select label="Site" value={site} options={sites.map((one) => [one, one] as const)} onChange={setChoice} />
      </div>
      <Fragment key={site}>{children}</Fragment>
    </>
  );
}
