/** Every component in every state, on one page: where design is looked at. */

export function ComponentsPage() {
  return <p>…</p>;
}
