/**
 * Tar entries byte for byte as Go's archive/tar writes them, which is what Pulumi takes an archive's hash of: mode 0600, no
 * owner, no time; USTAR where the name fits into it, else PAX.
 */
const blockBytes = 512;
const nameBytes = 100;
const prefixBytes = 155;

/** Two blocks of zeros end an archive. */
export const tarEnd: Buffer = Buffer.alloc(2 * blockBytes);

/** The blocks of one file. */
export function tarEntry(name: string, content: Buffer): Buffer[] {
  const ustar = splitName(name);
  const blocks: Buffer[] = [];
  if (ustar === undefined) {
    const record = paxRecord("path", name);
    const cut = name.lastIndexOf("/") + 1;
    const paxName = toAscii(`${name.slice(0, cut)}PaxHeaders.0/${name.slice(cut)}`).slice(0, nameBytes).replace(/\/+$/, "");
    blocks.push(header({ name: paxName, prefix: "", mode: 0, size: record.length, type: "x", devices: false }), ...padded(record));
  }
  const [prefix, short] = ustar ?? ["", toAscii(name).slice(0, nameBytes)];
  blocks.push(header({ name: short, prefix, mode: 0o600, size: content.length, type: "0", devices: true }), ...padded(content));
  return blocks;
}

/** Prefix and name for USTAR; undefined when they do not fit. */
function splitName(name: string): [string, string] | undefined {
  if (toAscii(name) !== name) return undefined;
  if (name.length <= nameBytes) return ["", name];
  const cut = name.slice(0, prefixBytes + 1).lastIndexOf("/");
  const rest = name.length - cut - 1;
  return cut <= 0 || rest === 0 || rest > nameBytes ? undefined : [name.slice(0, cut), name.slice(cut + 1)];
}

function toAscii(text: string): string {
  return [...text].filter((letter) => letter.charCodeAt(0) < 0x80 && letter !== "\0").join("");
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

function padded(content: Buffer): Buffer[] {
  const missing = (blockBytes - (content.length % blockBytes)) % blockBytes;
  return [content, Buffer.alloc(missing)];
}

interface Header {
  readonly name: string;
  readonly prefix: string;
  readonly mode: number;
  readonly size: number;
  readonly type: "0" | "x";
  /** Whether the device numbers are written as zeros, rather than left empty. */
  readonly devices: boolean;
}

function header({ name, prefix, mode, size, type, devices }: Header): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, offset: number, width: number): void => void block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, offset, "latin1");
  block.write(name, 0, "latin1");
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write("        ", 148, "latin1");
  block.write(type, 156, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  if (devices) {
    octal(0, 329, 8);
    octal(0, 337, 8);
  }
  block.write(prefix, 345, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
