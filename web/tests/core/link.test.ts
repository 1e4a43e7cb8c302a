import { describe, expect, it } from "vitest";
import { classText, rateText, readLink, roundTripText, throughput } from "../../src/core/link.ts";

const LINE = {
  slot: 0,
  roundTripMs: 41.234,
  roundTripMsMin: 40,
  rateKbitS: 20_000,
  flightBytes: 1,
  sentBytes: 2,
  receivedBytes: 3,
  waiting: 4,
};
const BULK = {
  urgency: "bulk",
  streams: 1,
  sentKbitS: 1500,
  receivedKbitS: 0.4,
  sentBytes: 1,
  receivedBytes: 2,
  broken: 0,
};
const LINK = {
  joined: true,
  up: true,
  since: "2026-11-23T15:00:00Z",
  cloud: "cloud.example:2010",
  site: "acme/berlin",
  linksWanted: 2,
  plain: false,
  capKbitS: null,
  code: "",
  message: "",
  hint: "",
  links: [LINE],
  traffic: [BULK, { ...BULK, urgency: "control", sentKbitS: 20 }],
};

describe("the link", () => {
  it("is read as the server tells it", () => {
    const link = readLink(LINK);
    expect(link.since?.toISOString()).toBe("2026-11-23T15:00:00.000Z");
    expect(link.links[0]?.waiting).toBe(4);
    expect(link.capKbitS).toBeNull();
    expect(throughput(link)).toEqual({ sent: 1520, received: 0.8 });
    expect(roundTripText(link)).toBe("40 ms");
    expect(roundTripText({ ...link, links: [] })).toBe("–");
  });

  it("names what has another shape", () => {
    expect(() => readLink({ ...LINK, links: [{ ...LINE, slot: "0" }] })).toThrow();
    expect(() => readLink({ ...LINK, joined: undefined })).toThrow();
  });
});

describe("words", () => {
  it.each([
    [0, "0 kbit/s"],
    [999.4, "999 kbit/s"],
    [1500, "1.5 Mbit/s"],
    [100_000, "100 Mbit/s"],
  ])("%d kbit/s is %s", (rate, said) => expect(rateText(rate)).toBe(said));

  it("says who a class is for", () => {
    expect(classText("bulk")).toBe("Bulk: nobody waits");
    expect(classText("other")).toBe("other");
  });
});
