import { KublerError } from '../../../../errors.ts';

const architectures = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);

/** Debian's name of the architecture that Node reports as `process.arch`. Throws `HOST_UNSUPPORTED` for others. */
export function toDebianArchitecture(nodeArchitecture: string): string {
  const name = architectures.get(nodeArchitecture);
  if (name !== undefined) return name;
  throw new KublerError(
    'HOST_UNSUPPORTED',
    `cannot build for ${nodeArchitecture}: only amd64 and arm64 are supported`,
  );
}
