import { InternalError } from '../../../../errors.ts';
import type { PackageFile } from '../../../../model/package.ts';

/** `'uri' file-name size SHA256:sum`, apt-get(8) `--print-uris`; other lines are apt's talk. */
const uriLine = /^'([^']+)' (\S+) (\d+) (\S*)$/;

/**
 * The packages that `apt-get install --print-uris` names in a container that sees a frozen index, in apt's order.
 * Their addresses are the index' own, the same for every mirror: `fetchPackages` translates them.
 */
export function parsePrintUris(text: string): PackageFile[] {
  return text.split('\n').flatMap((line) => {
    const [, url, fileName, size, hash] = uriLine.exec(line) ?? [];
    if (url === undefined || fileName === undefined) return [];
    const [, sha256] = /^SHA256:([0-9a-f]{64})$/.exec(hash ?? '') ?? [];
    const identity = parseFileName(fileName);
    if (sha256 === undefined || !identity)
      throw new InternalError(`apt printed a package without its sum: ${line}`);
    return [{ ...identity, sizeBytes: Number(size), sha256, url, fileName }];
  });
}

/** `curl_7.88.1-10+deb12u12_amd64.deb`; a colon of the version is written `%3a`. Undefined for other names. */
export function parseFileName(
  fileName: string,
): Pick<PackageFile, 'name' | 'version' | 'architecture'> | undefined {
  const [, name, version, architecture] =
    /^([a-z0-9][a-z0-9+.-]*)_([A-Za-z0-9][A-Za-z0-9.+~%-]*)_([a-z0-9-]+)\.deb$/.exec(fileName) ?? [];
  if (name === undefined || version === undefined || architecture === undefined) return undefined;
  return { name, version: version.replaceAll('%3a', ':'), architecture };
}
