import { createHash } from 'node:crypto';
import { KublerError } from '../../../../errors.ts';
import type { PackageFile } from '../../../../model/package.ts';
import type { OfferedPackage } from './frozen-index.ts';

/** Where a package is in a repository: `x86_64/jq-1.7.1-r0.apk`. apk takes the package's own architecture. */
export const packagePath = ({ architecture, name, version }: PackageIdentity): string =>
  `${architecture}/${name}-${version}.apk`;

type PackageIdentity = Pick<OfferedPackage, 'architecture' | 'name' | 'version'>;

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
