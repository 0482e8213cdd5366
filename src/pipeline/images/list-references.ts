import { readReferences } from '../../oci/layout.ts';
import { dataPaths } from '../workspace.ts';

/** `NAMESPACE/IMAGE:TAG` of all images in a data dir, in order; nothing is made there, and nobody is waited for. */
export async function listReferences(dataDir: string): Promise<readonly string[]> {
  return [...(await readReferences(dataPaths(dataDir).store)).keys()];
}
