import { expect, test } from "vitest";
import { apiAt } from "../../src/core/site-api.ts";

test("a path stays as it is at a site's own portal", () => {
  expect(apiAt(null, "/api/logs?q=a")).toBe("/api/logs?q=a");
});

test("in the portal of several sites it is below the site's name", () => {
  expect(apiAt("berlin", "/api/logs/tail?q=a")).toBe("/api/sites/berlin/logs/tail?q=a");
  expect(apiAt("a.b-c", "/api/environment/doctor")).toBe("/api/sites/a.b-c/environment/doctor");
});
