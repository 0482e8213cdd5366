import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { writeTree } from './write-tree.ts';

/** Where its image is. */
export const imageDir = 'namespaces/web/images/x';

/** A project below `parent` with the one image `web/x`, of these files. */
export function imageProject(parent: string, files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(parent, 't'));
  writeTree(dir, { 'kubler.config.yaml': '', [`${imageDir}/`]: '' });
  writeTree(join(dir, imageDir), { 'Dockerfile.template': 'FROM ${IMAGE_PARENT}\n', ...files });
  return dir;
}
