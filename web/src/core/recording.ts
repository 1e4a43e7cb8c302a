/** A recording as the player knows it: segments on one timeline, what is covered, what is missing, how it grows. */

import { gapsOf, type Place, placeAt, type Span, spansOf } from "./coverage.ts";
import { Line, type Piece, type SegmentEnd } from "./line.ts";
import { Pictures } from "./pictures.ts";
import type {
  Epoch,
  Gap,
  LiveEvent,
  Marker,
  RecordingIndex,
  RecordingState,
  Segment,
  Sprite,
  ThumbnailRef,
  TrackInfo,
} from "./recording-index.ts";

/** A marker on the recording's timeline. */
export interface Moment {
  readonly positionUs: number;
  readonly code: string;
  readonly details: Marker["details"];
}

interface GrowingSegment {
  id: string;
  offsetUs: number;
  sealed: boolean;
  coveredUs: number;
  told: boolean;
  epochs: Epoch[];
  thumbnails: ThumbnailRef[];
  sprites: readonly Sprite[];
  markers: Marker[];
  pieces: Segment["pieces"];
  newestRecord: number;
}

/** What an event changed, so that the caller does no more than needed. `reload`: ask for the index again. */
export type Change = "nothing" | "piece" | "coverage" | "structure" | "reload";

function newestOf(segment: Segment): number {
  const records = [...segment.pieces.values()].map((columns) => columns.record.at(-1) ?? -1);
  return Math.max(-1, ...records, ...segment.epochs.map((epoch) => epoch.record));
}

export class Recording {
  readonly id: string;
  readonly startedAtUs: number;
  tracks: readonly TrackInfo[];
  state: RecordingState;
  private readonly segments: GrowingSegment[];
  private statedGaps: readonly Gap[];
  private readonly lines = new Map<number, Line>();
  private readonly pictureCache = new Map<number, Pictures>();
  private spanCache: readonly Span[] | null = null;
  private gapCache: readonly Gap[] | null = null;

  constructor(index: RecordingIndex) {
    this.id = index.recording;
    this.startedAtUs = index.startedAtUs;
    this.tracks = index.tracks;
    this.state = index.state;
    this.statedGaps = index.gaps;
    this.segments = [...index.segments]
      .sort((one, other) => one.offsetUs - other.offsetUs)
      .map((segment) => ({
        ...segment,
        epochs: [...segment.epochs],
        thumbnails: [...segment.thumbnails],
        markers: [...segment.markers],
        newestRecord: newestOf(segment),
      }));
  }

  /** Position up to which the recording is known to cover. */
  get endUs(): number {
    let end = 0;
    for (const segment of this.segments) end = Math.max(end, segment.offsetUs + segment.coveredUs);
    return end;
  }

  get growing(): boolean {
    return this.state === "recording";
  }

  segmentId(order: number): string {
    return this.segments[order]?.id ?? "";
  }

  segmentOffsetUs(order: number): number {
    return this.segments[order]?.offsetUs ?? 0;
  }

  /** The pieces of a track; made once, then grown by `apply`. */
  line(track: number): Line {
    let line = this.lines.get(track);
    if (line === undefined) {
      line = new Line(track);
      this.segments.forEach((segment, order) => {
        (line as Line).pushSegment(segment, order);
      });
      this.lines.set(track, line);
    }
    return line;
  }

  /** The piece of a track with this record number as an index of its line, or -1. */
  find(track: number, segment: string, record: number): number {
    return this.line(track).find(this.order(segment), record);
  }

  /** Where each segment's pictures end; null for the one that may still grow. */
  ends(): readonly SegmentEnd[] {
    const last = this.segments.length - 1;
    return this.segments.map((segment, order) => {
      const closed = segment.sealed || order < last || !this.growing;
      const next = this.segments[order + 1]?.offsetUs ?? Number.POSITIVE_INFINITY;
      return { id: segment.id, endUs: closed ? Math.min(segment.offsetUs + segment.coveredUs, next) : null };
    });
  }

  /** The size and codec that hold from an epoch on. */
  epoch(order: number, track: number, epoch: number): Epoch | null {
    return this.segments[order]?.epochs.find((one) => one.track === track && one.epoch === epoch) ?? null;
  }

  /** The record after which the live stream has news: the newest one known. */
  newestRecord(): { readonly segment: string; readonly record: number } | null {
    const segment = this.segments.findLast((one) => one.newestRecord >= 0);
    return segment === undefined ? null : { segment: segment.id, record: segment.newestRecord };
  }

  /** Whether everything is known, and not only what a first look needs. */
  get whole(): boolean {
    return this.segments.every((segment) => segment.told);
  }

  /** Whether the pieces around a position are known. */
  knows(positionUs: number): boolean {
    const place = this.locate(positionUs);
    const order = place.kind === "media" ? place.span.segment : this.segments.length - 1;
    return place.kind === "gap" || this.segments[order]?.told !== false;
  }

  /**
   * Takes in what was left out at first. What is known already stays: events may have made it grow meanwhile. The lines
   * are made anew; a place in one is to be found again by its piece.
   */
  fill(index: RecordingIndex): void {
    const told = new Map(index.segments.map((segment) => [segment.id, segment]));
    const known = this.segments.map((segment) => segment.told);
    for (const segment of this.segments) {
      const found = segment.told ? undefined : told.get(segment.id);
      if (found !== undefined) {
        segment.epochs = [...found.epochs];
        segment.thumbnails = [...found.thumbnails];
        segment.sprites = found.sprites;
        segment.markers = [...found.markers];
        segment.pieces = found.pieces;
        segment.coveredUs = found.coveredUs;
        segment.newestRecord = newestOf(found);
      }
      segment.told = true;
    }
    this.tracks = index.tracks;
    this.statedGaps = index.gaps;
    for (const [track, before] of this.lines) this.lines.set(track, this.refilled(before, known));
    this.pictureCache.clear();
    this.forget();
  }

  /** A line with the pieces it had, which events may have added to, and those of segments that were not known. */
  private refilled(before: Line, known: readonly boolean[]): Line {
    const line = new Line(before.track);
    let at = 0;
    this.segments.forEach((segment, order) => {
      if (known[order] !== true) line.pushSegment(segment, order);
      for (; at < before.length && before.piece(at).segment === order; at += 1) line.push(before.piece(at));
    });
    return line;
  }

  /** What was recorded, in order, without overlap. */
  spans(): readonly Span[] {
    this.spanCache ??= spansOf(this.segments, this.statedGaps);
    return this.spanCache;
  }

  /** The stretches in which nothing was. */
  gaps(): readonly Gap[] {
    this.gapCache ??= gapsOf(this.spans(), this.statedGaps);
    return this.gapCache;
  }

  /** What lies at a position. */
  locate(positionUs: number): Place {
    return placeAt(this.spans(), this.gaps(), positionUs);
  }

  /** Everything that happened, in order. */
  moments(): readonly Moment[] {
    return this.segments.flatMap((segment) =>
      segment.markers.map((marker) => ({
        positionUs: segment.offsetUs + marker.atUs,
        code: marker.code,
        details: marker.details,
      })),
    );
  }

  /** The small pictures of a track, as far as they are known. */
  pictures(track: number): Pictures {
    let pictures = this.pictureCache.get(track);
    if (pictures === undefined) {
      pictures = new Pictures(this.segments, track);
      this.pictureCache.set(track, pictures);
    }
    return pictures;
  }

  /** Takes in an event of the live stream. */
  apply(event: LiveEvent): Change {
    switch (event.kind) {
      case "piece":
        return this.applyPiece(event);
      case "progress":
        return event.segment === null ? "nothing" : this.cover(this.order(event.segment), event.coveredUs);
      case "epoch": {
        const { kind: _, segment, ...epoch } = event;
        return this.at(segment, (one) => {
          one.epochs.push(epoch);
          one.newestRecord = Math.max(one.newestRecord, epoch.record);
          return "nothing";
        });
      }
      case "segment":
        return this.applySegment(event.id, event.offsetUs);
      case "marker":
        return this.at(event.segment ?? this.segmentId(this.segments.length - 1), (one) => {
          one.markers.push(event.marker);
          return "structure";
        });
      case "thumbnail":
        return this.at(event.segment, (one) => {
          one.thumbnails.push(event.thumbnail);
          this.pictureCache.clear();
          return "nothing";
        });
      case "state":
        this.state = event.state;
        this.forget();
        return "structure";
      case "resync":
        return "reload";
      case "renew":
      case "unknown":
        return "nothing";
    }
  }

  private order(id: string): number {
    return this.segments.findIndex((segment) => segment.id === id);
  }

  private at(id: string, act: (segment: GrowingSegment) => Change): Change {
    const segment = this.segments[this.order(id)];
    return segment === undefined ? "reload" : act(segment);
  }

  private applyPiece(event: Extract<LiveEvent, { kind: "piece" }>): Change {
    const order = this.order(event.segment);
    if (order < 0) return "reload";
    const piece: Piece = {
      segment: order,
      record: event.record,
      atUs: this.segmentOffsetUs(order) + event.atUs,
      epoch: event.epoch,
      key: event.key,
      bytes: event.bytes,
    };
    const line = this.line(event.track);
    if (line.find(order, event.record) >= 0) return "nothing";
    if (!line.push(piece)) return "reload";
    const segment = this.segments[order] as GrowingSegment;
    segment.newestRecord = Math.max(segment.newestRecord, event.record);
    this.cover(order, event.atUs + event.spanUs);
    return "piece";
  }

  private applySegment(id: string, offsetUs: number): Change {
    if (this.order(id) >= 0) return "nothing";
    const last = this.segments[this.segments.length - 1];
    if (last !== undefined && offsetUs < last.offsetUs) return "reload";
    this.segments.push({
      id,
      offsetUs,
      sealed: false,
      coveredUs: 0,
      told: true,
      epochs: [],
      thumbnails: [],
      sprites: [],
      markers: [],
      pieces: new Map(),
      newestRecord: -1,
    });
    this.forget();
    return "structure";
  }

  private cover(order: number, coveredUs: number): Change {
    const segment = this.segments[order];
    if (segment === undefined) return "reload";
    if (coveredUs <= segment.coveredUs) return "nothing";
    segment.coveredUs = coveredUs;
    this.forget();
    return "coverage";
  }

  private forget(): void {
    this.spanCache = null;
    this.gapCache = null;
  }
}
