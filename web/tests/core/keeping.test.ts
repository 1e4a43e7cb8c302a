import { describe, expect, test } from "vitest";
import {
  type Bookmark,
  draftBody,
  inOrder,
  isFound,
  readBookmark,
  readBookmarks,
  roomLeft,
  TEXT_MAX,
} from "../../src/core/bookmark.ts";
import { exportFailure, readExport } from "../../src/core/export-job.ts";
import { readWhy } from "../../src/core/why.ts";

const ITEM = {
  id: "b1",
  recording: "r",
  atMs: 12_345,
  endMs: null,
  text: "Asks twice",
  shared: false,
  by: "Sam Rivera",
  mine: true,
  createdAt: "2026-11-02T10:00:00Z",
};

describe("bookmarks", () => {
  test("are read in the player's units, and written back in the server's", () => {
    const bookmark = readBookmark({ ...ITEM, endMs: 20_000 });
    expect(bookmark).toMatchObject({ atUs: 12_345_000, endUs: 20_000_000, text: "Asks twice", mine: true });
    expect(draftBody({ ...bookmark, text: "  Asks twice \n" })).toEqual({
      atMs: 12_345,
      endMs: 20_000,
      text: "Asks twice",
      shared: false,
    });
  });

  test("a page has them and where the next begins", () => {
    expect(readBookmarks({ items: [ITEM], next: "x" })).toMatchObject({ items: [{ endUs: null }], next: "x" });
    expect(() => readBookmarks({ items: [{ ...ITEM, atMs: "1" }], next: null })).toThrow("page.contract");
  });

  test("stand in the order of the recording", () => {
    const at = (atUs: number, createdAt: string): Bookmark => ({
      ...readBookmark(ITEM),
      atUs,
      createdAt: new Date(createdAt),
    });
    const all = [at(5, "2026-01-02"), at(9, "2026-01-01"), at(5, "2026-01-01")];
    expect(inOrder(all).map((one) => [one.atUs, one.createdAt.getDate()])).toEqual([
      [5, at(5, "2026-01-01").createdAt.getDate()],
      [5, at(5, "2026-01-02").createdAt.getDate()],
      [9, at(9, "2026-01-01").createdAt.getDate()],
    ]);
  });

  test("are found by any of their words, in any order", () => {
    const bookmark = readBookmark(ITEM);
    expect(isFound(bookmark, "TWICE asks")).toBe(true);
    expect(isFound(bookmark, "rivera")).toBe(true);
    expect(isFound(bookmark, "asks thrice")).toBe(false);
    expect(isFound(bookmark, " ")).toBe(true);
  });

  test("200 characters fit, whatever they are made of; one more does not", () => {
    expect(roomLeft("é".repeat(TEXT_MAX))).toBe(0);
    expect(roomLeft("🙂".repeat(TEXT_MAX))).toBe(0);
    expect(roomLeft(`  ${"x".repeat(TEXT_MAX + 1)}`)).toBe(-1);
  });
});

describe("a download being prepared", () => {
  test("is read, and leads nowhere but here", () => {
    expect(readExport({ state: "working", done: 1.7, bytes: 5 })).toEqual({
      state: "working",
      done: 1,
      bytes: 5,
      code: null,
      url: null,
    });
    expect(readExport({ state: "ready", done: 1, bytes: 5, url: "/api/exports/e/file" }).url).toBe(
      "/api/exports/e/file",
    );
    for (const url of ["https://elsewhere.example/x", "//elsewhere.example/x"]) {
      expect(readExport({ state: "ready", url }).url).toBeNull();
    }
    expect(() => readExport({ state: "lost" })).toThrow("page.contract");
  });

  test.each([
    ["export.too_long", "too long"],
    ["vid.chain", "damaged"],
    ["store.full", "no room"],
    [null, "could not be prepared"],
    ["new.code", "could not be prepared"],
  ])("%s has words", (code, words) => {
    const failure = exportFailure(code);
    expect(failure.message).toContain(words);
    expect(failure.hint).not.toBe("");
  });
});

test("why something is allowed, in the order of the permissions", () => {
  const told = {
    allowed: true,
    actions: {
      export: { allowed: false, why: [] },
      view: { allowed: true, why: ["auditor: all"] },
      somethingNew: { allowed: true, why: [] },
    },
  };
  expect(readWhy(told)).toEqual([
    { action: "view", title: "See", allowed: true, why: ["auditor: all"] },
    { action: "export", title: "Download", allowed: false, why: [] },
  ]);
});
