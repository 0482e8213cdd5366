import { KublerError } from '../errors.ts';

const architectures = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);

/** The name that Debian and OCI have for an architecture as Node names it. Throws `HOST_UNSUPPORTED` for all but two. */
export function toOciArchitecture(nodeArchitecture: string): string {
  const name = architectures.get(nodeArchitecture);
  if (name !== undefined) return name;
  throw new KublerError(
    'HOST_UNSUPPORTED',
    `cannot build for ${nodeArchitecture}: only amd64 and arm64 are supported`,
  );
}
