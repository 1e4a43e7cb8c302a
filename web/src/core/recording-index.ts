/** What the server says a recording consists of: its index, and the events by which it grows while it is recorded. */

import { asObject, column, flag, type Json, list, number, oneOf, optional, text } from "./decode.ts";
import { contractBroken } from "./failure.ts";

export const RECORDING_STATES = ["recording", "complete", "interrupted"] as const;
export type RecordingState = (typeof RECORDING_STATES)[number];

/** One display of the workstation, or one line of sound. */
export interface TrackInfo {
  readonly id: number;
  readonly name: string;
  /** Servers that know of no sound do not say. */
  readonly kind: "video" | "audio";
}

/** From here on pictures have this size and need this initialisation segment. Times are media times of the segment. */
export interface Epoch {
  readonly track: number;
  readonly epoch: number;
  readonly record: number;
  readonly atUs: number;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
}

/** The pieces of one track of one segment as parallel columns, in time order. */
export interface PieceColumns {
  readonly record: number[];
  readonly atUs: number[];
  readonly epoch: number[];
  readonly key: number[];
  readonly bytes: number[];
}

export interface ThumbnailRef {
  readonly record: number;
  readonly track: number;
  readonly atUs: number;
}

/** Up to 25 thumbnails of one track in one picture, in rows from the left; sizes are of a tile, in pixels. */
export interface Sprite {
  /** Record of its first thumbnail, by which it is asked for. */
  readonly first: number;
  readonly track: number;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
  /** Media time of each tile. */
  readonly atUs: readonly number[];
}

/** Something that happened, with details as written by the workstation. */
export interface Marker {
  readonly atUs: number;
  readonly code: string;
  readonly details: Json;
}

export interface Segment {
  readonly id: string;
  /** Position of media time zero on the recording's timeline. */
  readonly offsetUs: number;
  readonly sealed: boolean;
  readonly coveredUs: number;
  /** False where only the place is known so far, and all lists are empty. */
  readonly told: boolean;
  readonly epochs: readonly Epoch[];
  readonly pieces: ReadonlyMap<number, PieceColumns>;
  readonly thumbnails: readonly ThumbnailRef[];
  readonly sprites: readonly Sprite[];
  readonly markers: readonly Marker[];
}

/** A stretch in which nothing was recorded, and why, in positions on the recording's timeline. */
export interface Gap {
  readonly fromUs: number;
  readonly toUs: number;
  readonly reason: string;
}

export interface RecordingIndex {
  readonly recording: string;
  readonly state: RecordingState;
  readonly startedAtUs: number;
  readonly nowUs: number;
  readonly durationUs: number;
  readonly tracks: readonly TrackInfo[];
  readonly segments: readonly Segment[];
  readonly gaps: readonly Gap[];
}

function readEpoch(from: Json, path: string): Epoch {
  return {
    track: number(from, "track", path),
    epoch: number(from, "epoch", path),
    record: number(from, "record", path),
    atUs: number(from, "atUs", path),
    codec: text(from, "codec", path),
    width: number(from, "width", path),
    height: number(from, "height", path),
  };
}

function readPieces(from: Json, path: string): PieceColumns {
  const columns = {
    record: column(from, "record", path),
    atUs: column(from, "atUs", path),
    epoch: column(from, "epoch", path),
    key: column(from, "key", path),
    bytes: column(from, "bytes", path),
  };
  if (Object.values(columns).some((one) => one.length !== columns.record.length)) throw contractBroken(path);
  return columns;
}

function readMarker(from: Json, path: string): Marker {
  return { atUs: number(from, "atUs", path), code: text(from, "code", path), details: from };
}

function readThumbnail(from: Json, path: string): ThumbnailRef {
  return {
    record: number(from, "record", path),
    track: number(from, "track", path),
    atUs: number(from, "atUs", path),
  };
}

function readSprite(from: Json, path: string): Sprite {
  const sprite = {
    first: number(from, "first", path),
    track: number(from, "track", path),
    columns: number(from, "columns", path),
    width: number(from, "width", path),
    height: number(from, "height", path),
    atUs: column(from, "atUs", path),
  };
  // Tiles are divided by these.
  if (sprite.columns < 1 || sprite.width < 1 || sprite.height < 1) throw contractBroken(path);
  return sprite;
}

function readSegment(from: Json, path: string): Segment {
  const tracks = asObject(from.pieces, `${path}.pieces`);
  const pieces = new Map<number, PieceColumns>();
  for (const [track, columns] of Object.entries(tracks)) {
    pieces.set(Number(track), readPieces(asObject(columns, `${path}.pieces`), `${path}.pieces.${track}`));
  }
  return {
    id: text(from, "id", path),
    offsetUs: number(from, "offsetUs", path),
    sealed: flag(from, "sealed", path),
    coveredUs: number(from, "coveredUs", path),
    told: from.told !== false,
    epochs: list(from, "epochs", path, readEpoch),
    pieces,
    thumbnails: list(from, "thumbnails", path, readThumbnail),
    // A server from before there were any lists none.
    sprites: from.sprites === undefined ? [] : list(from, "sprites", path, readSprite),
    markers: list(from, "markers", path, readMarker),
  };
}

/** Reads the answer of `GET /media/{recording}/index`. */
export function readIndex(value: unknown): RecordingIndex {
  const path = "index";
  const from = asObject(value, path);
  return {
    recording: text(from, "recording", path),
    state: oneOf(from, "state", path, RECORDING_STATES),
    startedAtUs: number(from, "startedAtUs", path),
    nowUs: number(from, "nowUs", path),
    durationUs: number(from, "durationUs", path),
    tracks: list(from, "tracks", path, (item, where) => ({
      id: number(item, "id", where),
      name: text(item, "name", where),
      kind: item.kind === "audio" ? "audio" : "video",
    })),
    segments: list(from, "segments", path, readSegment),
    gaps: list(from, "gaps", path, (item, where) => ({
      fromUs: number(item, "fromUs", where),
      toUs: number(item, "toUs", where),
      reason: text(item, "reason", where),
    })),
  };
}

/** An event of the live stream. A piece's bytes follow it as the next message. */
export type LiveEvent =
  | {
      readonly kind: "piece";
      readonly segment: string;
      readonly track: number;
      readonly epoch: number;
      readonly record: number;
      readonly atUs: number;
      readonly key: boolean;
      readonly bytes: number;
      readonly spanUs: number;
    }
  | ({ readonly kind: "epoch"; readonly segment: string } & Epoch)
  | { readonly kind: "segment"; readonly id: string; readonly offsetUs: number }
  /** How far the newest segment is durable; `segment` is null while there is none. */
  | { readonly kind: "progress"; readonly segment: string | null; readonly coveredUs: number }
  | { readonly kind: "thumbnail"; readonly segment: string; readonly thumbnail: ThumbnailRef }
  | { readonly kind: "marker"; readonly segment: string | null; readonly marker: Marker }
  | { readonly kind: "state"; readonly state: RecordingState }
  /** Pieces were left out because this viewer was slow; the next one is a key picture. */
  | { readonly kind: "resync" }
  /** The stream ends here, to be opened again with a fresh token. */
  | { readonly kind: "renew" }
  | { readonly kind: "unknown" };

/** Reads one event; kinds that a newer server adds are `unknown`, not an error. */
export function readLiveEvent(value: unknown): LiveEvent {
  const path = "live";
  const from = asObject(value, path);
  const kind = text(from, "kind", path);
  switch (kind) {
    case "piece":
      return {
        kind,
        segment: text(from, "segment", path),
        track: number(from, "track", path),
        epoch: number(from, "epoch", path),
        record: number(from, "record", path),
        atUs: number(from, "atUs", path),
        key: from.key === true || from.key === 1,
        bytes: number(from, "bytes", path),
        spanUs: number(from, "spanUs", path),
      };
    case "epoch":
      return { kind, segment: text(from, "segment", path), ...readEpoch(from, path) };
    case "segment":
      return { kind, id: text(from, "id", path), offsetUs: number(from, "offsetUs", path) };
    case "progress":
      return { kind, segment: optional(text, from, "segment", path), coveredUs: number(from, "coveredUs", path) };
    case "marker":
      return { kind, segment: optional(text, from, "segment", path), marker: readMarker(from, path) };
    case "thumbnail":
      return { kind, segment: text(from, "segment", path), thumbnail: readThumbnail(from, path) };
    case "state":
      return { kind, state: oneOf(from, "state", path, RECORDING_STATES) };
    case "resync":
    case "renew":
      return { kind };
    default:
      return { kind: "unknown" };
  }
}
