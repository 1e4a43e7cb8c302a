import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bulkWords } from "../../src/core/bulk-words.ts";
import {
  inViewOrder,
  NO_FACETS,
  readBulk,
  readFacets,
  readViews,
  type SavedView,
  tagOf,
} from "../../src/core/facets.ts";
import { PlayheadError } from "../../src/core/failure.ts";
import {
  type Filter,
  filterQuery,
  filterRequest,
  NO_FILTER,
  narrows,
  ORDERS,
  readFilter,
  SEARCH_CHARS_MAX,
  sameFilter,
  VALUES_MAX,
} from "../../src/core/filter.ts";
import { chipsOf, cleared, FIELDS, without } from "../../src/core/filter-words.ts";
import { newcomers, withChanges, withFirst, withPage } from "../../src/core/growing-list.ts";
import { posterOf } from "../../src/core/poster.ts";
import { RECORDING_STATES } from "../../src/core/recording-index.ts";
import { everything, extended, NOTHING_SELECTED, toggled, within } from "../../src/core/selection.ts";
import { inWallOrder, isMeant, readWall, sinceText, wallWords } from "../../src/core/wall.ts";

const FULL: Filter = {
  agents: ["Alice & Co", "Bruno"],
  workstations: ["ws-01"],
  site: "lyon",
  group: "g1",
  states: ["complete", "interrupted"],
  tags: ["a+b"],
  when: null,
  from: "2026-11-17T00:00:00.000Z",
  to: "2026-11-18T00:00:00.000Z",
  minLength: 60,
  maxLength: 300,
  gap: true,
  blackout: false,
  held: true,
  application: "*fire*",
  url: "https://pay.*",
  rule: "card form",
  idleFrom: 10,
  idleTo: 50,
  search: "card number",
  order: "-length",
};

const words = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== "");
const flag = fc.constantFrom(true, false, null);
const filters: fc.Arbitrary<Filter> = fc.record({
  agents: fc.uniqueArray(words, { maxLength: 3 }),
  workstations: fc.uniqueArray(words, { maxLength: 3 }),
  site: fc.option(words),
  group: fc.option(words),
  states: fc
    .uniqueArray(fc.constantFrom(...RECORDING_STATES))
    .map((some) => RECORDING_STATES.filter((one) => some.includes(one))),
  tags: fc.uniqueArray(words, { maxLength: 3 }),
  when: fc.constantFrom(null, "today", "last-tuesday"),
  from: fc.constant(null),
  to: fc.constant(null),
  minLength: fc.option(fc.nat(86_400)),
  maxLength: fc.option(fc.nat(86_400)),
  gap: flag,
  blackout: flag,
  held: flag,
  application: fc.string({ maxLength: 12 }),
  url: fc.string({ maxLength: 12 }),
  rule: fc.string({ maxLength: 12 }),
  idleFrom: fc.option(fc.nat(100)),
  idleTo: fc.option(fc.nat(100)),
  search: fc.string({ maxLength: 20 }),
  order: fc.constantFrom(...ORDERS),
});

describe("filters", () => {
  test("what is written to the address is read back", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(readFilter(new URLSearchParams(filterQuery(filter)))).toEqual(filter);
      }),
    );
    expect(readFilter(new URLSearchParams(filterQuery(FULL)))).toEqual(FULL);
    expect(filterQuery(NO_FILTER)).toBe("");
  });

  test("what is not understood narrows nothing", () => {
    const query = "state=loud&when=../x&from=soon&minLength=-1&maxLength=1e9&gap=maybe&order=name&agent=&site=";
    expect(readFilter(new URLSearchParams(query))).toEqual(NO_FILTER);
  });

  test("an address can neither repeat a field nor search without end", () => {
    const query = new URLSearchParams();
    for (let at = 0; at <= VALUES_MAX; at += 1) query.append("agent", `a${at}`);
    query.set("q", "x".repeat(SEARCH_CHARS_MAX + 1));
    const filter = readFilter(query);
    expect(filter.agents).toHaveLength(VALUES_MAX);
    expect(filter.search).toHaveLength(SEARCH_CHARS_MAX);
  });

  test("the server is asked in instants, the address keeps the words", () => {
    const now = new Date(2026, 10, 23, 12);
    const filter: Filter = { ...NO_FILTER, when: "yesterday", agents: ["A", "B"] };
    const asked = filterRequest(filter, now);
    expect(asked.getAll("agent")).toEqual(["A", "B"]);
    expect(asked.get("from")).toBe(new Date(2026, 10, 22).toISOString());
    expect(asked.get("to")).toBe(new Date(2026, 10, 23).toISOString());
    expect(asked.has("when")).toBe(false);
    expect(filterQuery(filter)).toBe("agent=A&agent=B&when=yesterday");
  });

  test("each field is a chip that can be taken away", () => {
    const chips = chipsOf(FULL, { ...NO_FACETS, groups: [{ id: "g1", name: "Sales" }] }, "en-GB");
    expect(chips.map((chip) => chip.field)).toEqual(FIELDS);
    expect(chips.map((chip) => chip.text)).toEqual(
      expect.arrayContaining(["Alice & Co or Bruno", "Sales", "1 min – 5 min", "Complete or Interrupted", "Has gaps"]),
    );
    for (const { field } of chips) {
      expect(chipsOf(without(FULL, field), NO_FACETS).some((chip) => chip.field === field)).toBe(false);
    }
    expect(chipsOf(cleared(FULL), NO_FACETS)).toEqual([]);
    expect(cleared(FULL).order).toBe("-length");
    expect(narrows({ ...NO_FILTER, order: "length" })).toBe(false);
    expect(narrows(FULL)).toBe(true);
    expect(sameFilter(FULL, { ...FULL })).toBe(true);
  });

  test("many values are counted, lengths are said in minutes", () => {
    const text = (filter: Partial<Filter>) => chipsOf({ ...NO_FILTER, ...filter }, NO_FACETS)[0]?.text;
    expect(text({ agents: ["A", "B", "C"] })).toBe("A or 2 others");
    expect(text({ maxLength: 90 })).toBe("up to 1 min 30 s");
    expect(text({ minLength: 1_800 })).toBe("30 min or more");
    expect(text({ when: "last-tuesday" })).toBe("Last Tuesday");
    expect(text({ group: "unknown" })).toBe("unknown");
  });
});

describe("a list that grows at both ends", () => {
  const items = (...ids: string[]) => ids.map((id) => ({ id, at: 0 }));
  const ids = (list: readonly { id: string }[] | null) => list?.map((one) => one.id).join("");

  test("changes keep their places, and nothing changes where nothing does", () => {
    const list = items("a", "b");
    expect(withChanges(list, new Map([["x", { id: "x", at: 1 }]]))).toBe(list);
    expect(withChanges(list, new Map([["b", { id: "b", at: 1 }]]))).toEqual([list[0], { id: "b", at: 1 }]);
  });

  test("a page that overlaps is not repeated", () => {
    expect(ids(withPage(items("a", "b"), items("b", "c")))).toBe("abc");
    const list = items("a");
    expect(withPage(list, items("a"))).toBe(list);
  });

  test("the first page again: new ones come in, those that left go, the rest stays", () => {
    expect(ids(withFirst(items("b", "c", "d", "e"), items("a", "b", "c")))).toBe("abcde");
    expect(ids(withFirst(items("a", "b", "c", "d"), items("a", "c")))).toBe("acd");
    expect(withFirst(items("x", "y"), items("a", "b"))).toBeNull();
    expect(withFirst(items("x"), [])).toEqual([]);
    expect(ids(newcomers(items("b"), items("a", "b")))).toBe("a");
  });
});

describe("selection", () => {
  const order = ["a", "b", "c", "d"];
  const keys = (selection: { keys: ReadonlySet<string> }) => [...selection.keys].sort().join("");

  test("one by one, and from the last one to another", () => {
    const one = toggled(NOTHING_SELECTED, "b");
    expect(keys(extended(one, order, "d"))).toBe("bcd");
    expect(keys(extended(one, order, "a"))).toBe("ab");
    expect(keys(toggled(one, "b"))).toBe("");
    expect(keys(extended(NOTHING_SELECTED, order, "c"))).toBe("c");
    expect(keys(everything(order))).toBe("abcd");
  });

  test("what can no longer be seen is no longer selected", () => {
    const all = everything(order);
    expect(within(all, order)).toBe(all);
    expect(within(all, ["b", "x"])).toEqual({ keys: new Set(["b"]), anchor: null });
  });
});

describe("what the server says", () => {
  test("facets, views and changes to many are read strictly", () => {
    const facets = { agents: ["A"], workstations: [], tags: [], sites: ["s"], groups: [{ id: "1", name: "G" }] };
    expect(readFacets(facets)).toEqual(facets);
    expect(() => readFacets({ ...facets, tags: [1] })).toThrow(PlayheadError);
    const view: SavedView = { id: "1", name: "b", query: "held=true", shared: true, columns: ["size"], mine: false };
    expect(readViews({ items: [view] })).toEqual([view]);
    expect(readViews([view])).toEqual([view]);
    expect(() => readViews({ items: [{ ...view, mine: 1 }] })).toThrow(PlayheadError);
    const order = inViewOrder([view, { ...view, name: "z", mine: true }, { ...view, name: "a" }]);
    expect(order.map((one) => one.name)).toEqual(["z", "a", "b"]);
    expect(readBulk({ done: 2, refused: [{ id: "x", code: "access.refused" }] }).done).toBe(2);
  });

  test("a tag is what the server keeps", () => {
    expect(tagOf("  Card \u00a0 Number ")).toBe("card number");
    expect(tagOf("x".repeat(40))).toHaveLength(40);
    expect(["", "  ", "a,b", "x".repeat(41)].map(tagOf)).toEqual([null, null, null, null]);
  });

  test("what became of a change to many", () => {
    expect(bulkWords({ done: 1_200, refused: [] }, "tagged")).toMatchObject({ text: "1,200 recordings tagged." });
    const refused = [
      { id: "x", code: "access.refused" },
      { id: "y", code: "odd.code" },
    ];
    expect(bulkWords({ done: 1, refused }, "held")).toEqual({
      text: "2 of 3 recordings could not be held.",
      hint: "Because you may not do that to them; odd.code.",
      failed: true,
    });
  });

  test("the picture of a recording is the one nearest to a third of it", () => {
    const segment = (offsetUs: number, ...times: number[]) => ({
      id: String(offsetUs),
      offsetUs,
      thumbnails: times.map((atUs, record) => ({ record, track: 1, atUs })),
    });
    const segments = [segment(0, 0, 10, 20), segment(100, 0, 40)] as never;
    expect(posterOf({ segments, durationUs: 200 })).toEqual({ segment: "100", record: 0 });
    expect(posterOf({ segments: [], durationUs: 200 })).toBeNull();
  });
});

describe("the wall", () => {
  const workstation = {
    id: "ws-2",
    name: "ws-2",
    agent: "Alice",
    connected: true,
    state: "recording",
    reason: "",
    recording: "r",
    blackoutRequests: [],
    monitors: [],
    lastSeenAt: null,
    progressAgeMs: 1_000,
    recordingStartedAt: "2026-11-23T10:00:00Z",
    thumbnailAt: null,
  };
  const read = (more: object = {}) => readWall({ items: [{ ...workstation, ...more }] }, 50_000)[0] as never;

  test("only fresh progress is said to be recording", () => {
    expect(wallWords(read(), 49_000, 53_900)).toEqual({ tone: "live", text: "Recording now" });
    expect(wallWords(read(), 49_000, 54_000).text).toBe("Nothing arrives");
    expect(wallWords(read(), null, 54_000).text).toBe("Starting …");
    expect(wallWords(read({ state: "blackout", reason: "lunch" }), null, 0).text).toBe("Blackout: lunch");
    expect(read()).toMatchObject({ grewAtMs: 49_000, pictureAt: null });
  });

  test("tiles are found by agent or workstation, and keep their places", () => {
    expect(isMeant(read(), "ALI ws")).toBe(true);
    expect(isMeant(read(), "bob")).toBe(false);
    const names = inWallOrder([read({ name: "ws-10" }), read({ name: "ws-9" })] as never[]) as { name: string }[];
    expect(names.map((one) => one.name)).toEqual(["ws-9", "ws-10"]);
    expect(sinceText(new Date(0), new Date(65_000))).toBe("1:05");
    expect(sinceText(new Date(9_000), new Date(0))).toBe("0:00");
  });
});
