/** Where a site's own server answers: at its own portal as it is, in the portal of several sites below the site's name. */

/** The address of a path of the API at a site; null for the server that the page came from. */
export function apiAt(site: string | null, path: string): string {
  return site === null ? path : `/api/sites/${encodeURIComponent(site)}${path.slice("/api".length)}`;
}
