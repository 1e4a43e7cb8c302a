import { expect, test } from "vitest";

/** Every source file by its path below `src/`, as text. */
const TEXTS = new Map(
  Object.entries(
    import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }),
  ).map(([path, text]) => [path.replace("../src/", ""), text] as const),
);
const files = [...TEXTS.keys()];

const textOf = (path: string): string => TEXTS.get(path) ?? "";

/** Where an import leads, as a path below `src/`. */
const resolved = (from: string, imported: string): string => new URL(imported, `file:///${from}`).pathname.slice(1);

/** What each layer may import besides itself, and why not more. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // Decisions are repeatable only while nothing but arguments decides.
  core: [],
  // Knows how to ask, not what for.
  net: ["core"],
  // The browser's media and the network, no pages.
  media: ["core", "net"],
  // Components show what they are given; they never ask the server.
  ui: ["core"],
  portal: ["core", "net", "media", "ui"],
};

/** What comes from elsewhere. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  ui: ["preact", "preact/hooks", "@preact/signals"],
  portal: ["preact", "preact/hooks", "@preact/signals", "uplot", "uplot/dist/uPlot.min.css"],
};

/** What the pure layer must not touch. */
const IMPURE =
  /\b(document|window|navigator|localStorage|fetch|setTimeout|setInterval|Date\.now|performance|Math\.random)\b/;

function importsOf(text: string): string[] {
  return [...text.matchAll(/from "([^"]+)"|import\("([^"]+)"\)|^import "([^"]+)"/gm)].map(
    ([, from, lazy, bare]) => (from ?? lazy ?? bare) as string,
  );
}

test.each(files)("%s imports only from below", (path) => {
  const [layer = "", ...rest] = path.split("/");
  if (rest.length === 0) return;
  for (const imported of importsOf(textOf(path))) {
    if (!imported.startsWith(".")) {
      expect(OUTSIDE[layer] ?? [], `${path} imports ${imported}`).toContain(imported);
      continue;
    }
    const target = resolved(path, imported).split("/")[0] as string;
    expect([layer, ...(ALLOWED[layer] ?? [])], `${path} imports ${imported}`).toContain(target);
  }
});

test.each(files.filter((path) => path.startsWith("core/")))("%s is pure", (path) => {
  const code = textOf(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  expect(IMPURE.exec(code)?.[0]).toBeUndefined();
});

test("every component is in the gallery or part of one that is", () => {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    for (const imported of importsOf(textOf(path)).filter((one) => one.endsWith(".tsx"))) {
      const target = resolved(path, imported);
      if (reached.has(target)) continue;
      reached.add(target);
      visit(target);
    }
  };
  visit("portal/components-page.tsx");
  expect(files.filter((path) => path.startsWith("ui/") && path.endsWith(".tsx") && !reached.has(path))).toEqual([]);
});
