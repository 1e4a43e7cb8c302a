/** One picture that stands for a recording, for lists. */

import { POSTER_SHARE, posterOf } from "../core/poster.ts";
import { MediaService } from "./service.ts";
import { TokenClient } from "./tokens.ts";

/** As many as a screenful of a list; each is some 10 kB. */
export const POSTERS_MAX = 60;

export interface PosterSource {
  readonly tokenUrl: string;
  readonly csrfToken: string;
}

export class Posters {
  private readonly source: PosterSource;
  private readonly held = new Map<string, string | null>();

  constructor(source: PosterSource) {
    this.source = source;
  }

  /** The object address of a picture; null where there is none. Fails as a request does. */
  async get(recording: string, durationMs: number, signal: AbortSignal): Promise<string | null> {
    const known = this.held.get(recording);
    if (known !== undefined) return known;
    const tokens = new TokenClient(this.source.tokenUrl, recording, this.source.csrfToken);
    const service = new MediaService(recording, tokens);
    const poster = posterOf(await service.index(signal, durationMs * 1000 * POSTER_SHARE));
    const blob = poster === null ? null : await service.thumbnail(poster.segment, poster.record, signal);
    const url = blob === null ? null : URL.createObjectURL(blob);
    this.held.set(recording, url);
    this.trim();
    return url;
  }

  close(): void {
    for (const url of this.held.values()) if (url !== null) URL.revokeObjectURL(url);
    this.held.clear();
  }

  private trim(): void {
    for (const [recording, url] of this.held) {
      if (this.held.size <= POSTERS_MAX) return;
      this.held.delete(recording);
      if (url !== null) URL.revokeObjectURL(url);
    }
  }
}
