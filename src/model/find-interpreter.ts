import { type CommandPlaces, findCommand, isExecutable } from './find-command.ts';
import { resolvePath } from './resolve-path.ts';
import { parseShebang } from './shebang.ts';
import type { Rootfs } from './tree-entry.ts';

/** What the first line of a script asks for: the interpreter, and for `env` the command it looks up. */
export interface InterpreterAnswer {
  /** As the script names it: `/usr/bin/perl`, or `python3` for `#!/usr/bin/env python3`. */
  readonly command: string;
  /** Paths by which it is found: links, then the file. */
  readonly answer: readonly string[];
  /** What keeps the kernel from starting it, after "which": `is not in the image`. */
  readonly fault?: string;
}

/** What the first line of a script (without `#!`) asks for, as far as it can be followed. */
export function findInterpreters(
  tree: Rootfs,
  shebang: string,
  places: CommandPlaces = {},
): readonly InterpreterAnswer[] {
  const interpreter = parseShebang(shebang);
  // The kernel refuses such a script, and a shell then runs it itself.
  if (!interpreter) return [];
  const { path, command } = interpreter;
  const found = resolvePath(tree, path);
  if (!found.found)
    return [{ command: shown(path), answer: [], fault: `is not in the image${windows(path)}` }];
  if (!isExecutable(found.entry)) return [{ command: path, answer: [], fault: 'is no executable file' }];
  const first = { command: path, answer: [...found.links, found.path] };
  if (command === undefined) return [first];
  const looked = findCommand(tree, command, places);
  return looked.found
    ? [first, { command, answer: [...looked.links, looked.path] }]
    : [first, { command: shown(command), answer: [], fault: `no folder of PATH holds${windows(command)}` }];
}

const shown = (name: string): string => name.replace(/\r$/, '^M');

/** Why a name is none, where the line has what does not belong to it. */
function windows(name: string): string {
  if (name.endsWith('\r')) return ': the line ends as on Windows (CR LF), and the CR is part of the name';
  return /[ \t]/.test(name) ? ': without -S, env takes all of the line for one name' : '';
}

/** Of what the first line of a script asks for, what a tree does not have; undefined when all is there. */
export const missingInterpreter = (
  tree: Rootfs,
  shebang: string,
  places: CommandPlaces = {},
): InterpreterAnswer | undefined =>
  findInterpreters(tree, shebang, places).find(({ fault }) => fault !== undefined);
