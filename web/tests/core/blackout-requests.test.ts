/** Who asks for a blackout, in words; and who may begin or end one. */

import { describe, expect, test } from "vitest";
import {
  type BlackoutRequest,
  blackoutOffer,
  blackoutReason,
  readRequests,
  requestWords,
} from "../../src/core/blackout-requests.ts";
import { PlayheadError } from "../../src/core/failure.ts";

const request = (facts: Partial<BlackoutRequest> = {}): BlackoutRequest => ({
  source: "api",
  by: "kim",
  reason: "card number",
  since: new Date(2026, 10, 23, 10, 0),
  until: new Date(2026, 10, 23, 10, 15),
  ...facts,
});

describe("requests", () => {
  test("are read strictly", () => {
    const item = { source: "agent", by: "", reason: "", since: "2026-11-23T09:00:00Z", until: null };
    expect(readRequests({ blackoutRequests: [item] }, "w")[0]).toMatchObject({ source: "agent", until: null });
    expect(() => readRequests({ blackoutRequests: [{ ...item, source: "cat" }] }, "w")).toThrow(PlayheadError);
    expect(() => readRequests({}, "w")).toThrow(PlayheadError);
  });

  test.each([
    [request(), "Asked for by kim, until 10:15"],
    [request({ until: null }), "Asked for by kim, until it is ended"],
    [request({ source: "agent", by: "", until: null }), "Asked for by the agent, until it is ended"],
    [request({ source: "command_line", by: "root" }), "Asked for by root at the command line, until 10:15"],
    [request({ source: "decision_source", by: "dialler", until: null }), "Decided by dialler, until it is ended"],
    [request({ source: "interaction", by: "", until: null }), "Bound to the interaction, until it is ended"],
    [request({ source: "analytics", by: "cards" }), "Asked for by desktop analytics: cards, until 10:15"],
  ])("are said in one sentence", (one, words) => {
    expect(requestWords(one, "en-GB")).toBe(words);
  });

  test("the first reason that somebody gave is the reason", () => {
    expect(blackoutReason([request({ reason: "" }), request({ reason: "payment" })])).toBe("payment");
    expect(blackoutReason([])).toBe("");
  });
});

describe("who may do what", () => {
  const dark = { connected: true, blackouts: [request()] };
  const light = { connected: true, blackouts: [] };
  const on = new Set(["blackout_on"]);
  const both = new Set(["blackout_on", "blackout_off"]);

  test("who may only begin blackouts ends their own and no other", () => {
    expect(blackoutOffer(light, on, "kim")).toBe("begin");
    expect(blackoutOffer(dark, on, "kim")).toBe("end-own");
    expect(blackoutOffer(dark, on, "sam")).toBe("begin");
    const agents = { connected: true, blackouts: [request({ source: "agent", by: "kim" })] };
    expect(blackoutOffer(agents, on, "kim")).toBe("begin");
  });

  test("who may end blackouts ends any", () => {
    expect(blackoutOffer(dark, both, "sam")).toBe("end");
    expect(blackoutOffer(dark, new Set(["blackout_off"]), "sam")).toBe("end");
    expect(blackoutOffer(light, new Set(["blackout_off"]), "sam")).toBe("none");
  });

  test("nothing is offered without leave, or where nobody would hear it", () => {
    expect(blackoutOffer(dark, new Set(["view"]), "kim")).toBe("none");
    expect(blackoutOffer({ connected: false, blackouts: [] }, both, "kim")).toBe("none");
  });
});
