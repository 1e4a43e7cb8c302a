/** What the server set aside because it could not be stored or read, so that it holds up nothing else. */

import { asObject, instant, list, number, oneOf, optional, text } from "./decode.ts";

/** A stored piece of a recording, or a file made of recordings to be taken elsewhere. */
export const QUARANTINE_KINDS = ["segment", "upload", "object"] as const;
export type QuarantineKind = (typeof QUARANTINE_KINDS)[number];

export const QUARANTINE_PLACES = ["store", "aside", "workstation", "nowhere"] as const;
export type QuarantinePlace = (typeof QUARANTINE_PLACES)[number];

export interface QuarantineItem {
  readonly id: string;
  readonly kind: QuarantineKind;
  readonly segment: string | null;
  readonly recording: string | null;
  readonly workstation: string | null;
  readonly place: QuarantinePlace;
  /** Its file, below the folder of the recordings; empty where there is none. */
  readonly location: string;
  /** `area.what`, and the same in words. */
  readonly code: string;
  readonly message: string;
  readonly bytes: number;
  /** When it was first and last found so. */
  readonly firstAt: Date;
  readonly at: Date;
  /** How often it was found so. */
  readonly attempts: number;
  readonly order: QuarantineOrder | null;
}

export const ORDER_NAMES = ["retry", "drop"] as const;
export const ORDER_STATES = ["waiting", "told", "failed"] as const;

/** What its workstation is to do with what it keeps. */
export interface QuarantineOrder {
  readonly name: (typeof ORDER_NAMES)[number];
  readonly state: (typeof ORDER_STATES)[number];
  /** Why it failed. */
  readonly message: string;
}

/** `order` of something in quarantine, or of what became of it. */
export function readOrder(value: unknown, path = "quarantine"): QuarantineOrder | null {
  const order = asObject(value, path).order;
  if (order === null || order === undefined) return null;
  const from = asObject(order, `${path}.order`);
  return {
    name: oneOf(from, "name", path, ORDER_NAMES),
    state: oneOf(from, "state", path, ORDER_STATES),
    message: text(from, "message", path),
  };
}

/** What was decided, and how far it is. */
export function orderText(order: QuarantineOrder): string {
  const offers = order.name === "retry";
  if (order.state === "failed")
    return `Its workstation could not ${offers ? "offer it again" : "remove it"}: ${order.message}`;
  const does = `Its workstation ${offers ? "offers it again" : "removes it"}`;
  return order.state === "waiting" ? `${does} when it connects next.` : `${does}. It goes from here when it has come.`;
}

export function readQuarantineItem(value: unknown, path = "quarantine"): QuarantineItem {
  const from = asObject(value, path);
  return {
    id: text(from, "id", path),
    kind: oneOf(from, "kind", path, QUARANTINE_KINDS),
    segment: optional(text, from, "segment", path),
    recording: optional(text, from, "recording", path),
    workstation: optional(text, from, "workstation", path),
    place: oneOf(from, "place", path, QUARANTINE_PLACES),
    location: text(from, "location", path),
    code: text(from, "code", path),
    message: text(from, "message", path),
    bytes: number(from, "bytes", path),
    firstAt: instant(from, "firstAt", path),
    at: instant(from, "at", path),
    attempts: number(from, "attempts", path),
    order: readOrder(value, path),
  };
}

const PLACE_WORDS: Readonly<Record<QuarantinePlace, string>> = {
  store: "Where it belongs, and not whole",
  aside: "In the quarantine folder",
  workstation: "At its workstation, which keeps it",
  nowhere: "There is nothing to keep",
};

/** Where it waits. */
export function placeText(place: QuarantinePlace): string {
  return PLACE_WORDS[place];
}

/** What dropping it means. */
export function dropText(place: QuarantinePlace): string {
  if (place === "nowhere") return "It is taken off the list.";
  if (place === "workstation") return "Its workstation removes it for good, at once or when it connects next.";
  return "What is on the server of it is deleted for good, and cannot be had back.";
}

/** What a workstation has set aside, as it says itself. */
export interface AsideItem {
  readonly workstation: string;
  readonly segments: number;
  readonly bytes: number;
}

export function readAside(value: unknown): AsideItem[] {
  return list(asObject(value, "quarantine"), "aside", "quarantine", (item, path) => ({
    workstation: text(item, "workstation", path),
    segments: number(item, "segments", path),
    bytes: number(item, "bytes", path),
  }));
}

const KIND_WORDS: Readonly<Record<QuarantineKind, string>> = { segment: "Segment", upload: "Export", object: "Upload" };

/** What it is, and whose: `Segment of ws-01`. */
export function quarantineTitle(item: QuarantineItem): string {
  const what = KIND_WORDS[item.kind];
  return item.workstation === null ? what : `${what} of ${item.workstation}`;
}

export function attemptsText(count: number): string {
  return count === 1 ? "tried once" : `tried ${count} times`;
}

/** Why it waits; or what comes next, where that was decided. */
export function whyText(item: QuarantineItem): string {
  return item.order === null ? item.message : orderText(item.order);
}
