import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ImageArgument } from '../pipeline/images/open-image.ts';
import type { CliContext } from './context.ts';

/** What the help says of an argument that `openImage` reads. */
export const imageArgumentHelp =
  'NAMESPACE/IMAGE or NAMESPACE/IMAGE:TAG; docker:IMAGE; podman:IMAGE; an OCI layout; ' +
  'a tar file of one, of docker save, or of a root filesystem, compressed or not; - is standard input';

/** An argument for `openImage`, with the file that lies there if there is one. */
export function imageArgument(
  { cwd, input }: CliContext,
  text: string,
  platform: string | undefined,
): ImageArgument {
  const file = resolve(cwd, text);
  return { text, input, platform, ...(existsSync(file) && { file }) };
}
