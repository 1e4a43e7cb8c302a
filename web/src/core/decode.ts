/** Strict reading of JSON from the server: a value of the wrong shape is named by its path instead of failing later. */

import { contractBroken } from "./failure.ts";

export type Json = Readonly<Record<string, unknown>>;

export function asObject(value: unknown, path: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw contractBroken(path);
  return value as Json;
}

export function asArray(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw contractBroken(path);
  return value;
}

export function text(from: Json, key: string, path: string): string {
  const value = from[key];
  if (typeof value !== "string") throw contractBroken(`${path}.${key}`);
  return value;
}

/** A finite number; JSON has no others, but a missing one must not become NaN. */
export function number(from: Json, key: string, path: string): number {
  const value = from[key];
  if (typeof value !== "number" || !Number.isFinite(value)) throw contractBroken(`${path}.${key}`);
  return value;
}

export function flag(from: Json, key: string, path: string): boolean {
  const value = from[key];
  if (typeof value !== "boolean") throw contractBroken(`${path}.${key}`);
  return value;
}

/** An instant, ISO 8601. */
export function instant(from: Json, key: string, path: string): Date {
  const value = new Date(text(from, key, path));
  if (Number.isNaN(value.getTime())) throw contractBroken(`${path}.${key}`);
  return value;
}

/** An array of texts. */
export function texts(from: Json, key: string, path: string): string[] {
  return asArray(from[key], `${path}.${key}`).map((item, at) => {
    if (typeof item !== "string") throw contractBroken(`${path}.${key}[${at}]`);
    return item;
  });
}

/** `null` and a missing key mean the same: not known. */
export function optional<T>(
  read: (from: Json, key: string, path: string) => T,
  from: Json,
  key: string,
  path: string,
): T | null {
  return from[key] === null || from[key] === undefined ? null : read(from, key, path);
}

/** An array of objects, each read by `read`. */
export function list<T>(from: Json, key: string, path: string, read: (item: Json, path: string) => T): T[] {
  return asArray(from[key], `${path}.${key}`).map((item, at) => {
    const where = `${path}.${key}[${at}]`;
    return read(asObject(item, where), where);
  });
}

/** A column of numbers (or of booleans written as 0 and 1), for indexes that are too long for objects. */
export function column(from: Json, key: string, path: string): number[] {
  return asArray(from[key], `${path}.${key}`).map((item, at) => {
    if (typeof item === "boolean") return item ? 1 : 0;
    if (typeof item !== "number" || !Number.isFinite(item)) throw contractBroken(`${path}.${key}[${at}]`);
    return item;
  });
}

/** One of a closed set of words. */
export function oneOf<T extends string>(from: Json, key: string, path: string, words: readonly T[]): T {
  const value = text(from, key, path);
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw contractBroken(`${path}.${key}`);
  return word;
}
