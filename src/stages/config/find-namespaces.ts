import { basename, join } from 'node:path';
import type { SourcePosition } from '../../errors.ts';
import { isValidName, nameRule } from '../../model/image-id.ts';
import type { Diagnostics } from './diagnostics.ts';
import { fileKind, foldersIn } from './file-kind.ts';
import { configFileName, originalFileName, type ConfigLayer } from './read-layer.ts';

/** A namespace that was found, not yet read. */
export interface NamespaceFolder {
  readonly name: string;
  readonly dir: string;
}

const isFolder = async (path: string): Promise<boolean> => (await fileKind(path)) === 'folder';

const hasDefinitions = async (dir: string): Promise<boolean> =>
  (await isFolder(join(dir, 'images'))) || (await isFolder(join(dir, 'builder')));

/** The original's layout has namespaces directly in the working directory; each has a configuration file. */
async function isOriginalNamespace(dir: string): Promise<boolean> {
  if (!(await hasDefinitions(dir))) return false;
  const files = [configFileName, originalFileName].map((name) => fileKind(join(dir, name)));
  return (await Promise.all(files)).includes('file');
}

/** Namespaces of the user, for all projects: folders of `<dataDir>/namespaces`. Those with strange names are left alone. */
export async function findUserNamespaces(dataDirs: readonly string[]): Promise<readonly NamespaceFolder[]> {
  const found = new Map<string, NamespaceFolder>();
  for (const dataDir of dataDirs) {
    for (const name of await foldersIn(join(dataDir, 'namespaces'))) {
      const dir = join(dataDir, 'namespaces', name);
      if (isValidName(name) && !found.has(name) && (await hasDefinitions(dir)))
        found.set(name, { name, dir });
    }
  }
  return [...found.values()];
}

async function listFolders(workingDir: string): Promise<readonly NamespaceFolder[]> {
  const folders: NamespaceFolder[] = [];
  for (const name of await foldersIn(join(workingDir, 'namespaces'))) {
    folders.push({ name, dir: join(workingDir, 'namespaces', name) });
  }
  for (const name of await foldersIn(workingDir)) {
    const dir = join(workingDir, name);
    if (name !== 'namespaces' && (await isOriginalNamespace(dir))) folders.push({ name, dir });
  }
  return folders;
}

/** The working directory is itself a namespace when it has `images/` but no `namespaces/`. */
export async function isSingle(workingDir: string): Promise<boolean> {
  return (await isFolder(join(workingDir, 'images'))) && !(await isFolder(join(workingDir, 'namespaces')));
}

function checkNames(
  folders: readonly NamespaceFolder[],
  diagnostics: Diagnostics,
): readonly NamespaceFolder[] {
  const seen = new Map<string, string>();
  return folders.filter(({ name, dir }) => {
    const other = seen.get(name);
    seen.set(name, dir);
    if (!isValidName(name)) {
      diagnostics.fault(`cannot load namespace "${dir}": "${name}" is not a valid name`, {
        hint: `a name is ${nameRule}`,
      });
    } else if (other !== undefined) {
      diagnostics.fault(`cannot load namespace "${name}": it is there twice`, { details: [other, dir] });
    }
    return isValidName(name) && other === undefined;
  });
}

const namesNothing = (at: SourcePosition, diagnostics: Diagnostics): void =>
  diagnostics.fault('cannot use "namespace": the working directory is not a namespace itself', {
    at,
    hint: 'the folders below namespaces/ name the namespaces; leave the key out',
  });

/**
 * Finds the namespaces of a working directory: `namespaces/<ns>/`, the original's `<ns>/images/`, or the working
 * directory itself. `root` is its configuration. Faults in names are noted, such folders left out.
 */
export async function findNamespaces(
  workingDir: string,
  root: ConfigLayer,
  diagnostics: Diagnostics,
): Promise<readonly NamespaceFolder[]> {
  const named = root.namespace;
  if (!(await isSingle(workingDir))) {
    if (named) namesNothing(named.at, diagnostics);
    return checkNames(await listFolders(workingDir), diagnostics);
  }
  const name = named?.name ?? basename(workingDir);
  if (isValidName(name)) return [{ name, dir: workingDir }];
  diagnostics.fault(`cannot use the folder name "${name}" as the name of the namespace`, {
    hint: `rename the folder, or set "namespace:" in ${configFileName} (kubler migrate --namespace NAME, where there is none); a name is ${nameRule}`,
  });
  return [];
}
