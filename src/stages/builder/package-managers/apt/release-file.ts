import { parseDeb822 } from '../../../../model/deb822.ts';
import type { Sha256 } from '../../../../model/digest.ts';

export interface ListedFile {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/** What a release file says about its suite: https://wiki.debian.org/DebianRepository/Format */
export interface ReleaseFile {
  readonly suite: string | undefined;
  readonly codename: string | undefined;
  /** Seconds since 1970. */
  readonly date: number;
  readonly validUntil: number | undefined;
  readonly acquireByHash: boolean;
  /** Architecture `all` has package files of its own, which are not part of the others'. */
  readonly separateAll: boolean;
  /** Path relative to the release file → its SHA-256 and size. */
  readonly files: ReadonlyMap<string, ListedFile>;
}

/** Parses the signed text of a release file; undefined when it has no date or no SHA-256 sums. */
export function parseReleaseFile(text: string): ReleaseFile | undefined {
  const [fields] = parseDeb822(text);
  const date = toSeconds(fields?.get('date'));
  const sums = fields?.get('sha256');
  if (!fields || date === undefined || sums === undefined) return undefined;
  const words = (name: string): string[] => (fields.get(name) ?? '').split(/\s+/);
  return {
    suite: fields.get('suite'),
    codename: fields.get('codename'),
    date,
    validUntil: toSeconds(fields.get('valid-until')),
    acquireByHash: fields.get('acquire-by-hash') === 'yes',
    separateAll:
      words('architectures').includes('all') &&
      !words('no-support-for-architecture-all').includes('Packages'),
    files: parseSums(sums),
  };
}

/** Lines of `<sum> <size> <path>`. */
function parseSums(text: string): ReadonlyMap<string, ListedFile> {
  const files = new Map<string, ListedFile>();
  for (const line of text.split('\n')) {
    const [, sha256, size, path] = /^\s*([0-9a-f]{64})\s+(\d+)\s+(\S+)\s*$/.exec(line) ?? [];
    if (sha256 !== undefined && path !== undefined) files.set(path, { sha256, sizeBytes: Number(size) });
  }
  return files;
}

/** RFC 5322 dates in UTC: `Sat, 11 Jul 2026 10:16:37 UTC`. */
function toSeconds(date: string | undefined): number | undefined {
  const milliseconds = Date.parse(date ?? '');
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
