import { namesNothing, type Finding } from '../../model/finding.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import { readBytes } from '../rootfs/index.ts';

/** What KEEP comes to in a tree. */
export interface KeptNames {
  /** Globs of paths. */
  readonly globs: readonly string[];
  /** Warnings: names that nothing in the tree answers to. */
  readonly findings: readonly Finding[];
}

const word = /^(charset|locale|zone):(.+)$/;

/** True for a word of KEEP that names data rather than paths: `charset:KOI8-R`, `locale:de`, `zone:Europe/Berlin`. */
export const isNameOfData = (each: string): boolean => word.test(each);

/**
 * Turns the words of KEEP into globs, with the files of the character sets, locales and time zones they name. Rejects only
 * when the tree's files cannot be read.
 */
export async function keepNames(keep: readonly string[], rootfs: Rootfs): Promise<KeptNames> {
  const named = keep.filter(isNameOfData);
  const charsets = named.some((each) => each.startsWith('charset:')) ? await readCharsets(rootfs) : new Map();
  const found = named.map((each) => {
    const [, kind = '', name = ''] = word.exec(each) ?? [];
    const paths = kind === 'charset' ? charsetFiles(rootfs, charsets, name) : dataFiles(rootfs, kind, name);
    return { each, paths };
  });
  return {
    globs: [...keep.filter((each) => !isNameOfData(each)), ...found.flatMap(({ paths }) => paths)],
    findings: found
      .filter(({ paths }) => paths.length === 0)
      .map(({ each }) => namesNothing('prune', 'KEEP', each, repair)),
  };
}

/** A locale's own files and those of its language; a time zone, and the file it may be a link to. */
function dataFiles(rootfs: Rootfs, kind: string, name: string): readonly string[] {
  const language = name.replace(/[_.@].*$/, '');
  const globs =
    kind === 'zone'
      ? [`usr/share/zoneinfo/${name}`]
      : [...new Set([name, language])].flatMap((each) => [
          `usr/share/locale/${each}`,
          `usr/lib/locale/${each}`,
        ]);
  return globs.flatMap((path) => {
    const target = resolvePath(rootfs, path);
    return target.found && rootfs.has(path) ? [path, ...target.links, target.path] : [];
  });
}

const configuration = /(?:^|\/)gconv\/(?:gconv-modules|gconv-modules\.d\/[^/]+\.conf)$/;
const maxConfigurationBytes = 1 << 20;

/** Name of a character set → names it stands for and modules that convert it, as gconv's configuration has them. */
async function readCharsets(rootfs: Rootfs): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const charsets = new Map<string, Set<string>>();
  const add = (name: string, value: string): void => {
    charsets.set(name, (charsets.get(name) ?? new Set()).add(value));
  };
  for (const entry of rootfs.values()) {
    if (entry.type !== 'file' || !configuration.test(entry.path)) continue;
    for (const line of (await textOf(entry)).split('\n')) {
      const [keyword, from = '', to = '', module = ''] = line.replace(/#.*/, '').trim().split(/\s+/);
      if (keyword === 'alias') add(plain(from), plain(to));
      if (keyword === 'module')
        for (const name of [from, to]) if (name !== 'INTERNAL') add(plain(name), `${module}.so`);
    }
  }
  return charsets;
}

const plain = (name: string): string => name.replace(/\/.*$/s, '').toUpperCase();

const textOf = async (entry: FileEntry): Promise<string> =>
  entry.content.kind === 'parent' ? '' : (await readBytes(entry, maxConfigurationBytes)).toString('latin1');

/** The modules of a character set, and the configuration that names them; what modules load is held back for them. */
function charsetFiles(
  rootfs: Rootfs,
  charsets: ReadonlyMap<string, ReadonlySet<string>>,
  name: string,
): readonly string[] {
  const names = new Set([name.toUpperCase()]);
  for (const each of names) for (const more of charsets.get(each) ?? []) names.add(more);
  const modules = [...rootfs.keys()].filter(
    (path) => /(?:^|\/)gconv\/[^/]+\.so$/.test(path) && names.has(path.slice(path.lastIndexOf('/') + 1)),
  );
  return modules.length === 0
    ? []
    : [...modules, ...[...rootfs.keys()].filter((path) => configuration.test(path))];
}

const repair = 'ask for the package that has it: libc6 character sets, tzdata time zones';
