/** Requests to the server, with every way to fail turned into the one failure shape. */

import { asObject, type Json } from "../core/decode.ts";
import { type Failure, PlayheadError, type Remedy } from "../core/failure.ts";

/** An answer must begin within this time; bodies of media may take as long as they flow. */
export const ANSWER_MS_MAX = 10_000;

const REMEDIES: Readonly<Record<number, Remedy>> = {
  401: "sign-in",
  403: "back",
  404: "back",
  400: "none",
  409: "none",
};

function unreachable(hint: string): PlayheadError {
  return new PlayheadError({
    code: "net.unreachable",
    message: "The server cannot be reached.",
    hint,
    remedy: "retry",
  });
}

function word(from: Json, key: string): string | null {
  const value = from[key];
  return typeof value === "string" && value !== "" ? value : null;
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); our server never sends the form with a date. */
function waitOf(response: Response): { readonly retryAfterS?: number } {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterS: seconds } : {};
}

/** What a refusal says: the server's own words where it gave them in its error shape. */
async function refusal(response: Response): Promise<Failure> {
  const remedy = REMEDIES[response.status] ?? "retry";
  const plain: Failure = {
    code: `http.${response.status}`,
    message: response.status >= 500 ? "The server failed to answer." : "The server refused this.",
    hint: `HTTP ${response.status}`,
    remedy,
    ...waitOf(response),
  };
  try {
    const error = asObject(asObject(await response.json(), "error").error, "error");
    return {
      ...plain,
      code: word(error, "code") ?? plain.code,
      message: word(error, "message") ?? plain.message,
      hint: word(error, "hint") ?? "",
    };
  } catch {
    // A proxy in between answers in its own shape; the status is what is left to say.
    return plain;
  }
}

/** Headers that go with every request to the site itself; other origins would have to allow them first. */
let withEvery: () => Readonly<Record<string, string>> = () => ({});

/** Sets what goes with every request to the site itself. */
export function sendWithEvery(headers: () => Readonly<Record<string, string>>): void {
  withEvery = headers;
}

function completed(url: string, init: RequestInit): RequestInit {
  if (!url.startsWith("/")) return init;
  return { ...init, headers: { ...withEvery(), ...Object.fromEntries(new Headers(init.headers)) } };
}

/**
 * An answer with a good status. Aborting by the caller's signal passes through as it is.
 *
 * @param answerMs how long it may take to begin; more for what is known to be long work.
 */
export async function request(url: string, init: RequestInit = {}, answerMs = ANSWER_MS_MAX): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), answerMs);
  const signals = [late.signal, ...(init.signal ? [init.signal] : [])];
  let response: Response;
  try {
    response = await fetch(url, { ...completed(url, init), signal: AbortSignal.any(signals) });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable(late.signal.aborted ? "It did not answer in time." : "The network may be down, or the server.");
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw new PlayheadError(await refusal(response));
  return response;
}

/** The JSON of a good answer. */
export async function requestJson(url: string, init: RequestInit = {}, answerMs = ANSWER_MS_MAX): Promise<unknown> {
  return await jsonOf(await request(url, init, answerMs));
}

/** The body of an answer as JSON. */
export async function jsonOf(response: Response): Promise<unknown> {
  const body = await bytesOf(response);
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw unreachable("Its answer ended too early.");
  }
}

/** The whole body of an answer. */
export async function bytesOf(response: Response): Promise<ArrayBuffer> {
  const parts: BlobPart[] = [];
  for await (const chunk of chunks(response)) parts.push(chunk as Uint8Array<ArrayBuffer>);
  return await new Blob(parts).arrayBuffer();
}

/** A body that brings nothing for so long is dead, whatever the network says: a cable pulled tells nobody. */
export const STALL_MS_MAX = 10_000;

/** The next chunk, or an error where none comes in time. */
async function readSoon(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  stallMs: number,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable("Its answer stopped coming.")), stallMs);
  });
  try {
    return await Promise.race([reader.read(), stalled]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The chunks of a body as they come in.
 *
 * @param stallMs the longest silence; a stream that says something every second can be given up sooner.
 */
export async function* chunks(response: Response, stallMs = STALL_MS_MAX): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await readSoon(reader, stallMs);
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (isAbort(error) || error instanceof PlayheadError) throw error;
    throw unreachable("The connection was cut.");
  } finally {
    // Ends the request when the caller stops early; after the end it does nothing.
    await reader.cancel().catch(() => undefined);
  }
}

/** Whether an error only says that its caller wanted it to stop. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Whether waiting and trying again can help. */
export function isTransient(error: unknown): boolean {
  return error instanceof PlayheadError && error.failure.remedy === "retry";
}
