/** A short film of encoded pictures, for participants that send without a camera and without encoding. */

/** One encoded picture and when it is shown, in units of the film's clock. */
export interface Picture {
  readonly data: Buffer;
  readonly time: number;
}

export interface Film {
  readonly picturesPerSecond: number;
  readonly pictures: readonly Picture[];
}

const HEADER_BYTES = 32;
const PICTURE_HEADER_BYTES = 12;

/** The film as an IVF file (https://wiki.multimedia.cx/index.php/Duck_IVF) of VP8. */
export function writeIvf({ picturesPerSecond, pictures }: Film, width: number, height: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("DKIF", 0, "latin1");
  header.writeUInt16LE(HEADER_BYTES, 6);
  header.write("VP80", 8, "latin1");
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(picturesPerSecond, 16);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(pictures.length, 24);
  return Buffer.concat([header, ...pictures.flatMap(({ data, time }) => {
    const head = Buffer.alloc(PICTURE_HEADER_BYTES);
    head.writeUInt32LE(data.length, 0);
    head.writeBigUInt64LE(BigInt(time), 4);
    return [head, data];
  })]);
}

/** @throws Error for a file that is no IVF. */
export function readIvf(file: Buffer): Film {
  if (file.toString("latin1", 0, 4) !== "DKIF") throw new Error("not an IVF file");
  const pictures: Picture[] = [];
  for (let at = file.readUInt16LE(6); at + PICTURE_HEADER_BYTES <= file.length;) {
    const length = file.readUInt32LE(at);
    const start = at + PICTURE_HEADER_BYTES;
    pictures.push({ data: file.subarray(start, start + length), time: Number(file.readBigUInt64LE(at + 4)) });
    at = start + length;
  }
  return { picturesPerSecond: file.readUInt32LE(16), pictures };
}

/** Width and height that a key frame of VP8 tells (RFC 6386, 9.1); undefined for other frames. */
export function vp8Size(frame: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const [tag, , , a, b, c, w0, w1, h0, h1] = frame;
  if (tag === undefined || h1 === undefined || (tag & 1) !== 0 || a !== 0x9d || b !== 0x01 || c !== 0x2a) return undefined;
  return { width: (w0! | (w1! << 8)) & 0x3fff, height: (h0! | (h1 << 8)) & 0x3fff };
}
