import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../errors.ts';

export type TemplateKind = 'namespace' | 'image' | 'builder';

/** A file of a template, with its name below the template's folder. */
export interface TemplateFile {
  readonly name: string;
  readonly hostFile: string;
  readonly text: string;
  readonly executable: boolean;
}

/**
 * The files of the template for a kind, in order of their names. `dirs` are looked through in order for a folder
 * `templates/<kind>`: the namespace, the project, what ships with Kubler. The first that has one gives all of it.
 */
export async function readTemplates(kind: TemplateKind, dirs: readonly string[]): Promise<TemplateFile[]> {
  for (const dir of dirs) {
    const folder = join(dir, 'templates', kind);
    const isFolder = await stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (isFolder) return readFolder(folder);
  }
  assert(false, `there is no template for a ${kind}`);
}

async function readFolder(folder: string): Promise<TemplateFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    files.map(async (hostFile) => ({
      name: hostFile.slice(folder.length + 1),
      hostFile,
      text: await readFile(hostFile, 'utf8'),
      executable: ((await stat(hostFile)).mode & 0o100) !== 0,
    })),
  );
}
