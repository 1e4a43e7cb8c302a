/** The link to the cloud as the API gives it, and in words. */

import { asObject, flag, instant, type Json, list, number, optional, text } from "./decode.ts";

/** One connection. */
export interface LinkLine {
  readonly slot: number;
  readonly roundTripMs: number | null;
  readonly roundTripMsMin: number | null;
  readonly rateKbitS: number;
  readonly flightBytes: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly waiting: number;
}

/** One class of urgency. */
export interface LinkTraffic {
  readonly urgency: string;
  readonly streams: number;
  readonly sentKbitS: number;
  readonly receivedKbitS: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly broken: number;
}

export interface Link {
  /** Whether this site has joined a cloud. */
  readonly joined: boolean;
  readonly up: boolean;
  readonly since: Date | null;
  readonly cloud: string;
  readonly site: string;
  readonly linksWanted: number;
  /** Not encrypted, as configured. */
  readonly plain: boolean;
  /** What may be sent now; null for as much as the line carries. */
  readonly capKbitS: number | null;
  /** Why a connection is not there; empty where all are. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly links: readonly LinkLine[];
  readonly traffic: readonly LinkTraffic[];
}

function readLine(from: Json, path: string): LinkLine {
  return {
    slot: number(from, "slot", path),
    roundTripMs: optional(number, from, "roundTripMs", path),
    roundTripMsMin: optional(number, from, "roundTripMsMin", path),
    rateKbitS: number(from, "rateKbitS", path),
    flightBytes: number(from, "flightBytes", path),
    sentBytes: number(from, "sentBytes", path),
    receivedBytes: number(from, "receivedBytes", path),
    waiting: number(from, "waiting", path),
  };
}

function readTraffic(from: Json, path: string): LinkTraffic {
  return {
    urgency: text(from, "urgency", path),
    streams: number(from, "streams", path),
    sentKbitS: number(from, "sentKbitS", path),
    receivedKbitS: number(from, "receivedKbitS", path),
    sentBytes: number(from, "sentBytes", path),
    receivedBytes: number(from, "receivedBytes", path),
    broken: number(from, "broken", path),
  };
}

export function readLink(value: unknown): Link {
  const from = asObject(value, "link");
  return {
    joined: flag(from, "joined", "link"),
    up: flag(from, "up", "link"),
    since: optional(instant, from, "since", "link"),
    cloud: text(from, "cloud", "link"),
    site: text(from, "site", "link"),
    linksWanted: number(from, "linksWanted", "link"),
    plain: flag(from, "plain", "link"),
    capKbitS: optional(number, from, "capKbitS", "link"),
    code: text(from, "code", "link"),
    message: text(from, "message", "link"),
    hint: text(from, "hint", "link"),
    links: list(from, "links", "link", readLine),
    traffic: list(from, "traffic", "link", readTraffic),
  };
}

const CLASSES: Readonly<Record<string, string>> = {
  control: "Commands and health",
  interactive: "People who wait",
  playback: "Players",
  bulk: "Bulk: nobody waits",
};

/** Who a class is for. An unknown one is shown as it is. */
export function classText(urgency: string): string {
  return CLASSES[urgency] ?? urgency;
}

/** What goes by it now, both ways, in kbit/s. */
export function throughput(link: Link): { readonly sent: number; readonly received: number } {
  let sent = 0;
  let received = 0;
  for (const one of link.traffic) {
    sent += one.sentKbitS;
    received += one.receivedKbitS;
  }
  return { sent, received };
}

/** A rate as people say it. */
export function rateText(kbitS: number): string {
  if (kbitS >= 1000) return `${(kbitS / 1000).toLocaleString("en", { maximumFractionDigits: 1 })} Mbit/s`;
  return `${Math.round(kbitS).toLocaleString("en")} kbit/s`;
}

/** The round trip of those in a hurry: the connection in the lowest slot is theirs. */
export function roundTripText(link: Link): string {
  const first = link.links[0]?.roundTripMsMin ?? null;
  return first === null ? "–" : `${first.toLocaleString("en", { maximumFractionDigits: first < 10 ? 1 : 0 })} ms`;
}
