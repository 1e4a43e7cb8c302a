import { defineConfig } from "vitest/config";

export default defineConfig({
  build: {
    outDir: "../src/playhead/portal/static",
    emptyOutDir: true,
    // Every browser that has MediaSource, light-dark(), :has() and popovers (Chromium 123, Firefox 125, Safari 17.5).
    target: ["chrome123", "firefox125", "safari17.5"],
    // The content security policy allows no data: scripts or styles; small images stay files as well.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // The licences of what is bundled travel with it.
    license: { fileName: "licenses.md" },
  },
  server: {
    // `npm run dev` against a premises server on the same machine.
    proxy: { "/api": "http://127.0.0.1:2020", "/media": "http://127.0.0.1:2020" },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
