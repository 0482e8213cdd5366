import { basename, join } from 'node:path';
import { KublerError, throwFaults } from '../../../errors.ts';
import { isValidName, nameRule } from '../../../model/image-id.ts';
import type { MigratedFile, Migration } from '../../../model/migration.ts';
import { createDiagnostics, type Diagnostics } from '../diagnostics.ts';
import { fileKind, foldersIn } from '../file-kind.ts';
import { findNamespaces, isSingle } from '../find-namespaces.ts';
import { findWorkingDir } from '../find-working-dir.ts';
import { predefinedFor, userDirOf } from '../original-environment.ts';
import type { Assigned } from '../read-assignments.ts';
import { configFileName, originalFileName, readOriginal, type ConfigLayer } from '../read-layer.ts';
import { readLayers } from '../read-layers.ts';
import { readSource } from '../read-source.ts';
import { convertConf, isIdle } from './convert-conf.ts';

export interface MigrationRequest {
  /** Where the command was started: the working directory is this folder or one above it. */
  readonly startDir: string;
  /** Name of the namespace that the working directory itself is, where its folder is called otherwise. */
  readonly namespace: string | undefined;
  readonly shippedDir: string;
  readonly homeDir: string;
  readonly systemFile?: string;
  /** Lines for the top of a new file, by its path; each without `#`. */
  readonly headOf: (file: string, workingDir: string) => readonly string[];
}

type Outer = ReadonlyMap<string, Assigned>;

/** What is in reach of one file. */
interface FileContext extends MigrationRequest {
  readonly workingDir: string;
  readonly diagnostics: Diagnostics;
  /** Its folder's name as a namespace; undefined for a working directory of several. */
  readonly name: string | undefined;
}

const predefined = ({ homeDir, shippedDir, name }: FileContext) =>
  new Map([
    // The environment of today is no part of the project.
    ...predefinedFor({}, { homeDir, shippedDir, dataDir: userDirOf({}, homeDir) }),
    ...(name === undefined ? [] : ([['NAMESPACE', name]] as const)),
  ]);

/** Notes values that could come from the environment: `X="${X:-…}"`. */
function noteEnvironment(text: string, own: Outer, diagnostics: Diagnostics): void {
  for (const [name, { nameAt }] of own) {
    if (!isIdle(name) && new RegExp(`\\$\\{${name}:?-`).test(text))
      diagnostics.warn(nameAt, `${name} no longer comes from the environment: its default is carried over`);
  }
}

/** The file that takes the place of a folder's kubler.conf; undefined when there is nothing to do. */
async function migrateFolder(
  dir: string,
  outer: Outer,
  context: FileContext,
): Promise<MigratedFile | undefined> {
  const { diagnostics, homeDir, workingDir, namespace, headOf } = context;
  const [from, to] = [join(dir, originalFileName), join(dir, configFileName)];
  const source = await readSource(from);
  if (!source) return undefined;
  if ((await fileKind(to)) !== undefined) {
    diagnostics.warn({ file: from, line: 1 }, `it is not read, as there is a ${configFileName} beside it`);
    return undefined;
  }
  const layer = await readOriginal(from, { outer, predefined: predefined(context), homeDir, diagnostics });
  const own = new Map([...(layer?.variables ?? [])].filter(([, { nameAt }]) => nameAt.file === from));
  noteEnvironment(source.text, own, diagnostics);
  const isRoot = dir === workingDir;
  const newText = convertConf(source.text, own, {
    head: headOf(to, workingDir),
    namespace: isRoot && namespace !== basename(dir) ? namespace : undefined,
    homeDir,
    diagnostics,
  });
  return { from, oldText: source.text, to, newText };
}

/** Notes what else lies about that the original reads, or nobody does. */
async function noteOthers(dirs: readonly string[], diagnostics: Diagnostics): Promise<void> {
  for (const dir of dirs) {
    const push = join(dir, 'push.conf');
    if (await fileKind(push))
      diagnostics.warn(
        { file: push, line: 1 },
        'it is not read: log in with docker login or podman login, and keep it out of git',
      );
    for (const parent of ['images', 'builder'].map((name) => join(dir, name))) {
      for (const name of await foldersIn(parent)) {
        const file = join(parent, name, originalFileName);
        if (await fileKind(file))
          diagnostics.warn({ file, line: 1 }, 'nothing reads it here; IMAGE_TAG can be in the build.conf');
      }
    }
  }
}

/** Notes variables of the machine's and the user's kubler.conf, which count for projects of the original only. */
function noteOuter(outer: Outer, root: ConfigLayer, diagnostics: Diagnostics): void {
  for (const [name, { nameAt, value }] of outer) {
    if (root.variables.get(name)?.nameAt.file !== nameAt.file || value.length === 0) continue;
    diagnostics.warn(nameAt, `${name} no longer counts for this project: set it there, if it is to`);
  }
}

function checkNamespace(namespace: string | undefined, single: boolean): void {
  if (namespace === undefined) return;
  const wrong = !isValidName(namespace)
    ? `a name is ${nameRule}`
    : single
      ? undefined
      : 'the working directory has several namespaces, called like their folders';
  if (wrong !== undefined)
    throw new KublerError('USAGE_INVALID', `cannot use --namespace "${namespace}": ${wrong}`);
}

/**
 * What it takes to have `kubler.config.yaml` files for the kubler.conf files of a project: one for each, that says the same.
 * Nothing is written or executed. Throws `CONFIG_INVALID`, all faults together, when a file cannot be read, or has a value that
 * cannot be carried over; `CONFIG_NOT_FOUND` outside of any project.
 */
export async function planMigration(request: MigrationRequest): Promise<Migration> {
  const { homeDir, systemFile = '/etc/kubler.conf', namespace } = request;
  const workingDir = await findWorkingDir(request.startDir);
  const diagnostics = createDiagnostics(workingDir);
  const single = await isSingle(workingDir);
  checkNamespace(namespace, single);
  const root: FileContext = {
    ...request,
    workingDir,
    diagnostics,
    name: single ? (namespace ?? basename(workingDir)) : undefined,
  };
  // Read for what is below; what is wrong or strange in them is told where they are migrated.
  const { root: layer, around } = await readLayers({
    workingDir,
    systemFile,
    userDir: userDirOf({}, homeDir),
    homeDir,
    predefined: predefined(root),
    diagnostics: createDiagnostics(workingDir),
  });
  const files = [await migrateFolder(workingDir, around, root)];
  const folders = single ? [] : await findNamespaces(workingDir, layer, diagnostics);
  for (const { dir, name } of folders)
    files.push(await migrateFolder(dir, layer.variables, { ...root, name }));
  await noteOthers(single ? [workingDir] : folders.map(({ dir }) => dir), diagnostics);
  noteOuter(around, layer, diagnostics);
  throwFaults(diagnostics.faults);
  return { workingDir, files: files.filter((file) => file !== undefined), notes: diagnostics.warnings };
}
