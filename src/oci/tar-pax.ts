import { KublerError } from '../errors.ts';

/** Keyword → value, byte for byte. */
export type PaxRecords = ReadonlyMap<string, Buffer>;

/** Prefix of the keywords that carry extended attributes (GNU tar, star, Go). */
export const xattrPrefix = 'SCHILY.xattr.';

/**
 * Records of a pax extended header, `<length> <keyword>=<value>\n` each (POSIX.1-2017, pax, "pax Extended Header").
 * The length counts its own digits.
 */
export function encodePax(records: Iterable<readonly [string, Uint8Array]>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [keyword, value] of records) {
    const rest = Buffer.byteLength(keyword) + value.length + 3;
    let length = rest + String(rest).length;
    if (rest + String(length).length !== length) length += 1;
    parts.push(Buffer.from(`${length} ${keyword}=`), value, newline);
  }
  return Buffer.concat(parts);
}
const newline = Buffer.from('\n');

/** Reads what `encodePax` writes; throws `ROOTFS_INVALID` for anything else. */
export function parsePax(block: Buffer): PaxRecords {
  const records = new Map<string, Buffer>();
  let start = 0;
  while (start < block.length && block[start] !== 0) {
    const space = block.indexOf(0x20, start);
    const digits = space < 0 ? '' : block.toString('latin1', start, space);
    const end = start + Number(digits);
    const equals = block.indexOf(0x3d, space);
    const sound = /^[1-9]\d{0,7}$/.test(digits) && end <= block.length && block[end - 1] === 0x0a;
    if (!sound || equals < 0 || equals >= end) {
      throw new KublerError('ROOTFS_INVALID', 'cannot read tar archive: damaged pax header');
    }
    records.set(block.toString('utf8', space + 1, equals), block.subarray(equals + 1, end - 1));
    start = end;
  }
  return records;
}

// GNU tar's spelling of attribute names that a keyword cannot hold.
/** Pax keyword for an extended attribute. */
export const xattrKeyword = (name: string): string =>
  xattrPrefix + name.replaceAll('%', '%25').replaceAll('=', '%3D');

/** The extended attribute a pax keyword stands for. */
export const xattrName = (keyword: string): string =>
  keyword.slice(xattrPrefix.length).replaceAll('%3D', '=').replaceAll('%25', '%');
