import { findCommand, type CommandPlaces } from '../../model/find-command.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { parentPath, type Rootfs } from '../../model/tree-entry.ts';

/** Modules inside the interpreter, as Debian builds it; in other builds some are files all the same. */
const builtIn = new Set(
  (
    '_abc _ast _bisect _blake2 _codecs _collections _csv _datetime _elementtree _functools _heapq _imp _io _locale _md5 _opcode _operator _pickle ' +
    '_posixsubprocess _random _sha1 _sha256 _sha2 _sha3 _sha512 _signal _socket _sre _stat _statistics _string _struct _suggestions _symtable _sysconfig ' +
    '_thread _tokenize _tracemalloc _typing _warnings _weakref array atexit binascii builtins cmath errno faulthandler fcntl gc grp itertools marshal math ' +
    'posix pwd pyexpat resource select spwd sys syslog termios time unicodedata xxsubtype zlib __main__'
  ).split(' '),
);

/** Folders that Python looks for modules in. */
export interface PythonPath {
  /** All, in order; those that need not be there too. */
  readonly folders: readonly string[];
  /** Where submodules are surely files: beside the script, and in the standard library. */
  readonly plain: ReadonlySet<string>;
}

/**
 * The path of the interpreter of this name (Python's `site` module, and Debian's changes to it); undefined for one whose
 * folders are not known.
 * @param own folder of the script, or the working directory
 */
export function pythonPath(
  tree: Rootfs,
  interpreter: string,
  { own, extra = '' }: { readonly own: string; readonly extra?: string | undefined },
  places: CommandPlaces,
): PythonPath | undefined {
  const found = findCommand(tree, interpreter, places);
  const [, prefix, version] = (found.found && /^(.*\/)?bin\/python(\d+\.\d+)$/.exec(found.path)) || [];
  if (!found.found || version === undefined) return undefined;
  const library = `${prefix ?? ''}lib/python${version}`;
  const environments = [...found.links, found.path]
    .map((path) => parentPath(parentPath(path)))
    .filter((home) => tree.has(`${home}/pyvenv.cfg`));
  const folders = [
    ...[own, ...extra.split(':').filter(Boolean)],
    ...environments.map((home) => `${home}/lib/python${version}/site-packages`),
    ...[`${prefix ?? ''}lib/python${version.replace('.', '')}.zip`, library, `${library}/lib-dynload`],
    ...['dist-packages', 'site-packages'].flatMap((name) => [
      `usr/local/lib/python${version}/${name}`,
      `${library}/${name}`,
    ]),
    `${prefix ?? ''}lib/python3/dist-packages`,
    ...homes(tree).map((home) => `${home}/.local/lib/python${version}/site-packages`),
  ];
  if (isExtended(tree, folders)) return undefined;
  return { folders, plain: new Set([own, library]) };
}

/** Where `pip install --user` may have been. */
const homes = (tree: Rootfs): readonly string[] => [
  'root',
  ...[...tree.keys()].filter((path) => /^home\/[^/]+$/.test(path)),
];

/** A path file or a zipped standard library makes modules count that are not seen here. */
const isExtended = (tree: Rootfs, folders: readonly string[]): boolean => {
  const known = new Set(folders);
  return [...tree.keys()].some((path) =>
    path.endsWith('.pth') ? known.has(parentPath(path)) : path.endsWith('.zip') && known.has(path),
  );
};

/**
 * The files that `import a.b.c` executes first to last; undefined when there is no such module. Where a package may
 * make its own submodules, only the package must be there.
 */
export function findPythonModule(
  tree: Rootfs,
  path: PythonPath,
  name: string,
): readonly string[] | undefined {
  const [first = '', ...rest] = name.split('.');
  if (builtIn.has(first)) return [];
  const namespaces: string[] = [];
  for (const folder of path.folders) {
    const found = findIn(tree, folder, first);
    if (found?.init === undefined && found?.folder !== undefined) namespaces.push(found.folder);
    else if (found) return withSubmodules(tree, found, path.plain.has(folder) ? rest : []);
  }
  return namespaces.length > 0 ? [] : undefined;
}

interface FoundModule {
  /** The file that is executed. */
  readonly init?: string;
  /** Of a package. */
  readonly folder?: string;
}

const suffixes = ['.py', '.pyc', '.so', '.abi3.so'];

function findIn(tree: Rootfs, folder: string, name: string): FoundModule | undefined {
  const at = resolvePath(tree, `${folder}/${name}`);
  if (at.found && at.entry?.type === 'directory') {
    const init = firstFile(tree, `${at.path}/__init__`);
    return { folder: at.path, ...(init !== undefined && { init }) };
  }
  const init = firstFile(tree, `${folder}/${name}`);
  return init === undefined ? undefined : { init };
}

/** A file of this name with any suffix of modules; of extension modules the name of the ABI is in it. */
function firstFile(tree: Rootfs, stem: string): string | undefined {
  for (const suffix of suffixes) {
    const found = resolvePath(tree, stem + suffix);
    if (found.found && found.entry?.type === 'file') return found.path;
  }
  return extensionModules(tree).get(stem.replace(/^\/+/, ''));
}

const known = new WeakMap<Rootfs, ReadonlyMap<string, string>>();

/** `usr/lib/…/_bz2` → path of `_bz2.cpython-311-x86_64-linux-gnu.so`. */
function extensionModules(tree: Rootfs): ReadonlyMap<string, string> {
  const modules =
    known.get(tree) ??
    new Map(
      [...tree.keys()].flatMap((path) => {
        const [, stem] = /^(.*)\.cpython-[^/]*\.so$/.exec(path) ?? [];
        return stem === undefined ? [] : [[stem, path] as const];
      }),
    );
  known.set(tree, modules);
  return modules;
}

function withSubmodules(
  tree: Rootfs,
  found: FoundModule,
  rest: readonly string[],
): readonly string[] | undefined {
  const [name, ...more] = rest;
  const own = found.init === undefined ? [] : [found.init];
  // A module without a folder may hand out submodules by itself, like os.path.
  if (name === undefined || found.folder === undefined) return own;
  const next = findIn(tree, found.folder, name);
  const below = next && withSubmodules(tree, next, more);
  return below && [...own, ...below];
}
