import type { TreeFacts } from '../../model/file-facts.ts';
import type { CommandPlaces } from '../../model/find-command.ts';
import { parentPath, type Rootfs } from '../../model/tree-entry.ts';
import { findPerlModule, perlPath } from './find-perl-module.ts';
import { findPythonModule, pythonPath } from './find-python-module.ts';
import { scriptCommand, type ScriptCommand } from './script-command.ts';

/** A module that a command needs and that is nowhere in the tree. */
export interface LackedModule {
  readonly language: ScriptCommand['language'];
  /** `yaml`, `Foo::Bar` */
  readonly name: string;
  /** Path of the script that imports it; undefined when the command itself names it. */
  readonly importer: string | undefined;
}

export interface ModulePlaces {
  readonly tree: Rootfs;
  readonly facts: TreeFacts;
  readonly places: CommandPlaces;
  /** PYTHONPATH and PERL5LIB of the image. */
  readonly pythonPath?: string | undefined;
  readonly perlPath?: string | undefined;
}

/**
 * The modules that the script of a command imports whenever it is started and that its interpreter does not find. Scripts
 * that are imported are followed, modules of packages are not. None when a script says itself where modules are, or
 * when the interpreter's folders are not known.
 */
export function lackedModules(words: readonly string[], options: ModulePlaces): readonly LackedModule[] {
  const command = scriptCommand(words, options);
  const find = command && moduleFinder(command, options);
  if (!find) return [];
  const { language, script, modules } = command;
  const pending: (readonly [name: string, importer: string | undefined])[] = modules.map((name) => [
    name,
    undefined,
  ]);
  // Python cannot start without it, wherever the rest of its library is.
  if (language === 'python') pending.push(['encodings', undefined]);
  const lacked: LackedModule[] = [];
  const visited = new Set<string>();
  const visit = (path: string): boolean => {
    const { imports } = options.facts.get(path) ?? {};
    if (visited.has(path) || imports?.language !== language) return true;
    visited.add(path);
    pending.push(...imports.names.map((name) => [name, path] as const));
    return !imports.changesPath;
  };
  if (script !== undefined && !visit(script)) return [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [name, importer] = next;
    const files = find(name);
    if (!files) lacked.push({ language, name, importer });
    else if (!files.every(visit)) return [];
  }
  return lacked;
}

type FindModule = (name: string) => readonly string[] | undefined;

function moduleFinder(command: ScriptCommand, options: ModulePlaces): FindModule | undefined {
  const { tree, places } = options;
  const { language, interpreter, script, folders } = command;
  if (language === 'perl') {
    const known = perlPath(tree, [...folders, ...(options.perlPath?.split(':').filter(Boolean) ?? [])]);
    return (name) => {
      const file = findPerlModule(tree, known, name);
      return file === undefined ? undefined : [file];
    };
  }
  const own = script === undefined ? (places.workingDir ?? '/') : parentPath(script);
  const path = pythonPath(tree, interpreter, { own, extra: options.pythonPath }, places);
  return path && ((name) => findPythonModule(tree, path, name));
}
