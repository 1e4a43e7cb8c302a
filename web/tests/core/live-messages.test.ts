import fc from "fast-check";
import { expect, test } from "vitest";
import { PlayheadError } from "../../src/core/failure.ts";
import { MAX_PIECE_BYTES } from "../../src/core/fmp4.ts";
import { LiveMessageReader, MAX_EVENT_BYTES } from "../../src/core/live-messages.ts";

function message(type: number, payload: Uint8Array, size = payload.byteLength): Uint8Array {
  const bytes = new Uint8Array(5 + payload.byteLength);
  bytes[0] = type;
  new DataView(bytes.buffer).setUint32(1, size);
  bytes.set(payload, 5);
  return bytes;
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

test("reads the same messages however the bytes arrive", () => {
  const parts = [
    message(1, json({ kind: "progress", segment: "s", coveredUs: 5, nowUs: 6 })),
    message(2, new Uint8Array([1, 2, 3])),
    message(2, new Uint8Array(0)),
    message(1, json({ kind: "state", state: "complete" })),
  ];
  const stream = new Uint8Array(parts.flatMap((part) => [...part]));
  const whole = new LiveMessageReader().feed(stream);
  expect(whole.map((one) => (one.type === "event" ? one.event.kind : one.bytes.byteLength))).toEqual([
    "progress",
    3,
    0,
    "state",
  ]);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.byteLength), { maxLength: 9 }), (cuts) => {
      const reader = new LiveMessageReader();
      const borders = [0, ...cuts.sort((one, other) => one - other), stream.byteLength];
      const found = borders.slice(1).flatMap((end, index) => reader.feed(stream.slice(borders[index], end)));
      expect(found).toEqual(whole);
    }),
  );
});

test("keeps to the limits: at them it waits for more, past them it refuses", () => {
  const nothing = new Uint8Array(0);
  expect(new LiveMessageReader().feed(message(1, nothing, MAX_EVENT_BYTES))).toEqual([]);
  expect(new LiveMessageReader().feed(message(2, nothing, MAX_PIECE_BYTES))).toEqual([]);
  expect(() => new LiveMessageReader().feed(message(1, nothing, MAX_EVENT_BYTES + 1))).toThrow(PlayheadError);
  expect(() => new LiveMessageReader().feed(message(2, nothing, MAX_PIECE_BYTES + 1))).toThrow(PlayheadError);
});

test.each([
  ["an unknown type", message(3, new Uint8Array(1))],
  ["an event that is no JSON", message(1, new TextEncoder().encode("{"))],
  ["an event that is no UTF-8", message(1, new Uint8Array([0xff, 0xfe]))],
])("refuses %s", (_, bytes) => {
  expect(() => new LiveMessageReader().feed(bytes)).toThrow(PlayheadError);
});
