import { describe, expect, test } from "vitest";
import {
  type ExaminedItem,
  type PortItem,
  readFindings,
  readForms,
  readPorts,
  readReport,
  type Severity,
} from "../../src/core/environment.ts";
import {
  countsText,
  exclusionsAddress,
  inOrder,
  namesText,
  piecesOf,
  portState,
  rangesOf,
  reachText,
  reportText,
  rulesAddress,
  standingOf,
  wayText,
  wrongOf,
} from "../../src/core/environment-words.ts";
import { addressOf, parseRoute } from "../../src/core/route.ts";

const PORT = {
  service: "screen",
  number: 5633,
  transport: "TCP",
  from: "client PC",
  to: "premises server",
  bothWays: true,
  module: "screen",
  purpose: "screen recording",
  openAt: ["server", "site"],
  secured: "TLS",
  listening: true,
  local: false,
  reach: { reached: 2, unreached: 0, workstations: [] },
};

const FINDING = {
  code: "port.dropped",
  severity: "error",
  subject: "5633 screen → 10.9.0.5",
  message: "It does not answer.",
  meaning: "Nothing is recorded.",
  mend: "Run `nft -f FILE` there.",
  evidence: { port: 5633 },
};

const REPORT = {
  machine: "here",
  role: "premises",
  version: "1",
  at: "2026-11-23T10:00:00Z",
  elapsedMs: 900,
  worst: "error",
  findings: [FINDING, { ...FINDING, severity: "ok", mend: null }],
};

const EXAMINED = {
  workstation: "ws-01",
  connected: true,
  at: "2026-11-23T10:00:00Z",
  worst: "warning",
  counts: { warning: 2, ok: 5 },
  unreached: ["tokens"],
};

const FOUND = {
  premises: REPORT,
  busy: false,
  problems: [{ finding: FINDING, count: 3, workstations: ["ws-01", "ws-02", "ws-03"] }],
  reports: 3,
  workstations: [EXAMINED],
  next: null,
};

describe("what the server says", () => {
  test("ports are read, and what is not known of one stays so", () => {
    const [known, unknown] = readPorts({ items: [PORT, { ...PORT, listening: null }] });
    expect(known).toMatchObject({ number: 5633, listening: true, reach: { reached: 2 } });
    expect(unknown?.listening).toBeNull();
    expect(() => readPorts({ items: [{ ...PORT, number: "5633" }] })).toThrow("page.contract");
    expect(() => readPorts({ items: [{ ...PORT, reach: null }] })).toThrow("page.contract");
  });

  test("findings are read, with a server that has not looked yet and a workstation that has not told", () => {
    const read = readFindings({
      ...FOUND,
      premises: null,
      workstations: [{ ...EXAMINED, at: null, worst: null, counts: {}, unreached: [] }],
    });
    expect(read.premises).toBeNull();
    expect(read.workstations[0]).toMatchObject({ at: null, worst: null, counts: { error: 0, ok: 0 } });
    expect(read.problems[0]).toMatchObject({ count: 3, finding: { code: "port.dropped" } });
    expect(() => readReport({ ...REPORT, worst: "dreadful" })).toThrow("page.contract");
  });

  test("forms are read", () => {
    const form = { form: "nftables", title: "nftables", roles: ["premises"], removable: true };
    expect(readForms({ rules: [form], exclusions: [] }).rules[0]).toEqual(form);
  });
});

describe("in words", () => {
  const port = (facts: Partial<PortItem>): PortItem => ({ ...(readPorts({ items: [PORT] })[0] as PortItem), ...facts });

  test.each([
    [{}, "Listening", "good"],
    [{ local: true }, "Listening locally", "good"],
    [{ listening: false }, "Not listening", "bad"],
    [{ listening: null }, "Opens none here", "quiet"],
  ] as const)("a port stands %o", (facts, text, tone) => {
    expect(portState(port(facts))).toEqual({ text, tone });
  });

  test("who reaches a port", () => {
    const reach = (reached: number, unreached: number, facts = {}) =>
      reachText(port({ reach: { reached, unreached, workstations: [] }, ...facts }));
    expect(reach(0, 0)).toBe("No workstation has told yet");
    expect(reach(0, 0, { from: "premises server" })).toBe("–");
    expect(reach(1, 0)).toBe("The one that tried");
    expect(reach(1_200, 0)).toBe("All 1,200 that tried");
    expect(reach(3, 2)).toBe("3 of 5");
    expect(wayText(port({}))).toBe("client PC ↔ premises server");
  });

  test("counts and what a report comes to", () => {
    expect(countsText({ error: 1, warning: 2, info: 3, ok: 4 })).toBe("1 error, 2 warnings");
    expect(countsText({ error: 0, warning: 0, info: 3, ok: 4 })).toBe("");
    expect(reportText(readReport(REPORT))).toBe("2 things looked at: 1 error.");
    expect(reportText(readReport({ ...REPORT, findings: [] }))).toBe("0 things looked at, all well.");
  });

  test("how the site stands", () => {
    expect(standingOf(readFindings(FOUND))).toEqual({ errors: 2, warnings: 0, afflicted: 1, reports: 3 });
  });

  test("what is wrong here and there, the worst first, and of the same this server's own", () => {
    const warning = { ...FINDING, severity: "warning", code: "disk.short" };
    const found = readFindings({
      ...FOUND,
      premises: { ...REPORT, findings: [warning, FINDING, { ...FINDING, severity: "info" }] },
      problems: [{ finding: { ...FINDING, code: "tls.failed" }, count: 1, workstations: ["ws-01"] }],
    });
    expect(wrongOf(found).map((one) => [one.finding.code, one.problem?.count])).toEqual([
      ["port.dropped", undefined],
      ["tls.failed", 1],
      ["disk.short", undefined],
    ]);
  });

  test("the worst workstation comes first, then those that have told nothing of themselves", () => {
    const item = (workstation: string, worst: Severity | null): ExaminedItem => ({
      ...(readFindings(FOUND).workstations[0] as ExaminedItem),
      workstation,
      worst,
    });
    const all = [item("d", "ok"), item("c", null), item("b", "warning"), item("a", "warning"), item("e", "error")];
    expect(inOrder(all).map((one) => one.workstation)).toEqual(["e", "a", "b", "c", "d"]);
  });

  test("names of many are counted", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    expect(namesText(names.slice(0, 5), 5)).toBe("a, b, c, d, e");
    expect(namesText(names, 6)).toBe("a, b, c, d and 2 more");
    expect(namesText(names, 1_206)).toBe("a, b, c, d and 1,202 more");
  });

  test("a mend is words and commands", () => {
    expect(piecesOf("Run `nft -f FILE` there.")).toEqual([
      { text: "Run ", command: false },
      { text: "nft -f FILE", command: true },
      { text: " there.", command: false },
    ]);
    expect(piecesOf("Just look.")).toEqual([{ text: "Just look.", command: false }]);
    expect(piecesOf("Run `nft`.").map((one) => one.text)).toEqual(["Run ", "nft"]);
  });
});

describe("files", () => {
  const wish = {
    form: "nftables",
    role: "premises",
    from: " 10.1.0.0/16,\n2001:db8::/32 ",
    server: "10.9.0.5",
    cloud: "203.0.113.5",
  };

  test("ranges come as people type them", () => {
    expect(rangesOf(" 10.1.0.0/16; 10.2.0.0/16,10.3.0.0/16\n")).toEqual(["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"]);
    expect(rangesOf("  ")).toEqual([]);
  });

  test("each firewall is told what concerns it", () => {
    const query = (role: string, remove = false) =>
      new URL(rulesAddress({ ...wish, role, remove }), "http://x").searchParams;
    expect(query("premises").getAll("from")).toEqual(["10.1.0.0/16", "2001:db8::/32"]);
    expect(query("premises").has("server")).toBe(false);
    expect(query("client").has("from")).toBe(false);
    expect(query("client").getAll("server")).toEqual(["10.9.0.5"]);
    expect(query("site").getAll("from")).toHaveLength(2);
    expect(query("site").getAll("server")).toHaveLength(1);
    expect(query("site").has("remove")).toBe(false);
    expect(query("site", true).get("remove")).toBe("true");
    expect(query("cloud").getAll("from")).toHaveLength(2);
    const dialling = ["premises", "site", "client", "cloud"].filter((role) => query(role).has("cloud"));
    expect(dialling).toEqual(["premises", "site"]);
    expect([query("cloud").has("server"), query("nobody").has("from")]).toEqual([false, false]);
  });

  test("only another machine needs its folder named", () => {
    const here = { form: "csv", role: "premises", folder: "/x", program: "/y" };
    expect(exclusionsAddress(here)).toBe("/api/environment/exclusions?form=csv&role=premises");
    const there = new URL(exclusionsAddress({ ...here, role: "workstation", program: " " }), "http://x").searchParams;
    expect([there.get("folder"), there.has("program")]).toEqual(["/x", false]);
  });
});

describe("addresses", () => {
  test.each([
    ["/environment", "overview", null],
    ["/environment/workstations", "workstations", null],
    ["/environment/workstations/ws-01", "workstations", "ws-01"],
    ["/environment/files", "files", null],
    ["/environment/link", "link", null],
  ] as const)("%s", (path, section, workstation) => {
    const route = { page: "environment", section, workstation } as const;
    expect(parseRoute(path, "")).toEqual(route);
    expect(addressOf(route)).toBe(path);
  });

  test.each(["/environment/nothing", "/environment/files/x", "/environment/workstations/a/b"])("not %s", (path) => {
    expect(parseRoute(path, "").page).toBe("unknown");
  });
});
