/** The framing of `/media/{recording}/live`: type u8, length u32 big-endian, payload; however the bytes arrive. */

import { contractBroken } from "./failure.ts";
import { MAX_PIECE_BYTES } from "./fmp4.ts";
import { type LiveEvent, readLiveEvent } from "./recording-index.ts";

/** An event is a short JSON object; markers carry a few details. */
export const MAX_EVENT_BYTES = 64 * 1024;

const HEADER = 5;
const EVENT = 1;
const PIECE = 2;

export type LiveMessage =
  | { readonly type: "event"; readonly event: LiveEvent }
  | { readonly type: "piece"; readonly bytes: Uint8Array };

export class LiveMessageReader {
  private held: Uint8Array = new Uint8Array(0);
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });

  /** The messages that became whole. Fails as `page.contract` on unknown types and exceeded limits. */
  feed(data: Uint8Array): LiveMessage[] {
    const all = new Uint8Array(this.held.byteLength + data.byteLength);
    all.set(this.held);
    all.set(data, this.held.byteLength);
    const view = new DataView(all.buffer);
    const messages: LiveMessage[] = [];
    let at = 0;
    while (all.byteLength - at >= HEADER) {
      const type = view.getUint8(at);
      const size = view.getUint32(at + 1);
      if (type !== EVENT && type !== PIECE) throw contractBroken(`live: message type ${type}`);
      if (size > (type === EVENT ? MAX_EVENT_BYTES : MAX_PIECE_BYTES)) throw contractBroken(`live: ${size} bytes`);
      if (all.byteLength - at - HEADER < size) break;
      const payload = all.subarray(at + HEADER, at + HEADER + size);
      messages.push(type === EVENT ? { type: "event", event: this.event(payload) } : { type: "piece", bytes: payload });
      at += HEADER + size;
    }
    this.held = all.slice(at);
    return messages;
  }

  private event(payload: Uint8Array): LiveEvent {
    let value: unknown;
    try {
      value = JSON.parse(this.decoder.decode(payload));
    } catch {
      throw contractBroken("live: event is not JSON");
    }
    return readLiveEvent(value);
  }
}
