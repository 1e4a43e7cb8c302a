/** Playback tokens: one recording, one user, one minute. Fetched when needed, renewed before they end. */

import { asObject, type Json, optional, text, texts } from "../core/decode.ts";
import { requestJson } from "../net/http.ts";
import type { Near } from "./near.ts";

/** A token is renewed this long before it ends, so that no request waits for it. */
export const RENEW_BEFORE_MS = 20_000;
/** Lifetimes outside of this come from a clock that is wrong on one side; a refusal renews in any case. */
const LIFETIME_MS_MIN = 25_000;
const LIFETIME_MS_MAX = 60_000;

interface Held {
  readonly token: string;
  readonly near: Near | null;
  readonly renewAtMs: number;
}

function readNear(from: Json, key: string, path: string): Near {
  const near = asObject(from[key], `${path}.${key}`);
  return { origins: texts(near, "origins", `${path}.${key}`), token: text(near, "token", `${path}.${key}`) };
}

export class TokenClient {
  private readonly url: string;
  private readonly recording: string;
  private readonly csrfToken: string;
  private held: Held | null = null;
  private asking: Promise<Held> | null = null;

  constructor(url: string, recording: string, csrfToken: string) {
    this.url = url;
    this.recording = recording;
    this.csrfToken = csrfToken;
  }

  /** A token that is good for a while. Fails as the request does; with remedy `sign-in` where the login has ended. */
  async get(): Promise<string> {
    return (await this.current()).token;
  }

  /** The same for the recording's site itself; null where it is not to be reached but by this server. */
  async near(): Promise<Near | null> {
    return (await this.current()).near;
  }

  private async current(): Promise<Held> {
    if (this.held !== null && performance.now() < this.held.renewAtMs) return this.held;
    return await this.renew();
  }

  /** Forgets a token that the server refused. */
  forget(): void {
    this.held = null;
  }

  private renew(): Promise<Held> {
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async ask(): Promise<Held> {
    const askedAtMs = performance.now();
    const value = await requestJson(this.url, {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.csrfToken },
      body: JSON.stringify({ recording: this.recording, actions: ["play", "live"] }),
    });
    const answer = asObject(value, "token");
    const statedMs = Date.parse(text(answer, "expiresAt", "token")) - Date.now();
    const lifetimeMs = Math.max(LIFETIME_MS_MIN, Math.min(LIFETIME_MS_MAX, statedMs));
    const near = optional(readNear, answer, "near", "token");
    const renewAtMs = askedAtMs + lifetimeMs - RENEW_BEFORE_MS;
    this.held = { token: text(answer, "token", "token"), near, renewAtMs };
    return this.held;
  }
}
