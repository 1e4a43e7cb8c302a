/** Pieces made from scratch, so that tests need no encoder: the media is the number of the picture. */

function u32(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value);
  });
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}

export function box(type: string, ...parts: Uint8Array[]): Uint8Array {
  const body = join(parts);
  return join([u32(8 + body.byteLength), new TextEncoder().encode(type), body]);
}

export interface Picture {
  readonly id: number;
  readonly durationUs: number;
  readonly key?: boolean;
  /** Size of the coded picture; at least 4. */
  readonly bytes?: number;
}

export interface PieceOptions {
  readonly tfdtVersion?: 0 | 1;
  readonly tfhdFlags?: number;
  readonly tfhdFields?: readonly number[];
  readonly trunFlags?: number;
  readonly firstFlags?: number;
}

/** `moof mdat` laid out as the workstation does (tfdt version 1, duration, size and flags for each sample). */
export function makePiece(baseUs: number, pictures: readonly Picture[], options: PieceOptions = {}): Uint8Array {
  const trunFlags = options.trunFlags ?? 0x701;
  const rows = pictures.flatMap((picture) => {
    const row = [picture.durationUs, Math.max(4, picture.bytes ?? 4)];
    if ((trunFlags & 0x400) !== 0) row.push(picture.key === true ? 0x02000000 : 0x01010000);
    if ((trunFlags & 0x800) !== 0) row.push(0);
    return row;
  });
  const first = options.firstFlags === undefined ? [] : [options.firstFlags];
  const time =
    options.tfdtVersion === 0 ? u32(0, baseUs) : u32(1 << 24, Math.floor(baseUs / 2 ** 32), baseUs % 2 ** 32);
  const moof = box(
    "moof",
    box("mfhd", u32(0, 1)),
    box(
      "traf",
      box("tfhd", u32(options.tfhdFlags ?? 0x20000, 1, ...(options.tfhdFields ?? []))),
      box("tfdt", time),
      box("trun", u32(trunFlags, pictures.length, 0, ...first, ...rows)),
    ),
  );
  const media = pictures.map((picture) => {
    const bytes = new Uint8Array(Math.max(4, picture.bytes ?? 4));
    bytes.set(u32(picture.id));
    return bytes;
  });
  return join([moof, box("mdat", ...media)]);
}

/** The numbers of the pictures in a piece of `makePiece`, read back from its media. */
export function pictureIds(piece: Uint8Array, sizes: readonly number[]): number[] {
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  let at = view.getUint32(0) + 8;
  return sizes.map((size) => {
    const id = view.getUint32(at);
    at += size;
    return id;
  });
}
