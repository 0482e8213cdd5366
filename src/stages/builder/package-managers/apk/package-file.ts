import { createHash } from 'node:crypto';
import { KublerError } from '../../../../errors.ts';
import type { PackageFile } from '../../../../model/package.ts';
import type { OfferedPackage } from './frozen-index.ts';

/** Where packages are in a repository. apk takes the package's own architecture. */
export const usualLayout = '${arch}/${name}-${version}.apk';

/**
 * Where a package is in a repository: `x86_64/jq-1.7.1-r0.apk`. Throws `ROOTFS_ESCAPE` where that would be outside of it.
 * `layout`: apk-mkndx(8), "--pkgname-spec".
 */
export function packagePath(offer: PackageIdentity, layout: string = usualLayout): string {
  const values: Readonly<Record<string, string>> = {
    ...{ name: offer.name, version: offer.version, arch: offer.architecture },
    hash: Buffer.from(offer.checksum.slice(2), 'base64').toString('hex'),
  };
  const path = layout.replace(/\$\{(\w+)(?::(\d+))?\}/g, (_, name: string, length?: string) =>
    (values[name] ?? '').slice(0, length === undefined ? undefined : Number(length)),
  );
  if (path.split('/').every((part) => plain.test(part))) return path;
  throw new KublerError(
    'ROOTFS_ESCAPE',
    `cannot use package "${offer.name}" ${offer.version}: "${path}" cannot be where it is in a repository`,
  );
}

type PackageIdentity = Pick<OfferedPackage, 'architecture' | 'name' | 'version' | 'checksum'>;

/**
 * An index has no sum of a whole file: its signature is part of it and may change. What is said of the content is what the
 * file is kept under: `fetchPackages` checks it.
 */
export const downloadName = ({
  checksum,
  sizeBytes,
}: Pick<OfferedPackage, 'checksum' | 'sizeBytes'>): string =>
  createHash('sha256').update(`apk ${checksum} ${sizeBytes}`).digest('hex');

const plain = /^[A-Za-z0-9][A-Za-z0-9._+~-]*$/;

/** The file of a package. Throws `ROOTFS_ESCAPE` where the index has a name that is no file name. */
export function toPackageFile(offer: OfferedPackage): PackageFile {
  const { name, version, architecture, sizeBytes } = offer;
  if (![name, version, architecture].every((text) => plain.test(text)))
    throw new KublerError(
      'ROOTFS_ESCAPE',
      `cannot use package "${name}" ${version} of "${architecture}": that cannot be the name of a file`,
    );
  const path = packagePath(offer);
  return {
    ...{ name, version, architecture, sizeBytes },
    sha256: downloadName(offer),
    url: path,
    fileName: path.slice(architecture.length + 1),
  };
}
