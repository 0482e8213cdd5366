import { inflateRawSync, type InflateRaw } from 'node:zlib';

/** One of the gzip files that a file consists of. */
export interface GzipMember {
  readonly content: Buffer;
  /** Where the next one starts. */
  readonly end: number;
}

const flag = { headerSum: 2, extra: 4, name: 8, comment: 16 } as const;
const trailerBytes = 8;

/**
 * Unpacks the gzip file that starts at `start` (RFC 1952); undefined for what is none, is damaged, does not end here or
 * is larger than `maxBytes` unpacked. Sums are not looked at: whoever reads these has better ones.
 */
export function readGzipMember(bytes: Buffer, start: number, maxBytes: number): GzipMember | undefined {
  const dataStart = skipHeader(bytes, start);
  if (dataStart === undefined) return undefined;
  try {
    const { buffer, engine } = inflate(bytes.subarray(dataStart), maxBytes);
    const end = dataStart + engine.bytesWritten + trailerBytes;
    return end > bytes.length ? undefined : { content: buffer, end };
  } catch {
    return undefined;
  }
}

/** With `info`, which the types do not know, it says how far it read. */
const inflate = inflateWithInfo as (bytes: Buffer, maxBytes: number) => Inflated;

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: InflateRaw;
}

function inflateWithInfo(bytes: Buffer, maxBytes: number): unknown {
  return inflateRawSync(bytes, { info: true, maxOutputLength: maxBytes });
}

function skipHeader(bytes: Buffer, start: number): number | undefined {
  if (start + 18 > bytes.length || bytes.readUInt32BE(start) >>> 8 !== 0x1f8b08) return undefined;
  const flags = bytes[start + 3] ?? 0;
  let at = start + 10;
  if (flags & flag.extra) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const text of [flag.name, flag.comment]) {
    if (!(flags & text)) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if (flags & flag.headerSum) at += 2;
  return at < bytes.length ? at : undefined;
}
