import { type CommandPlaces, findCommand, isExecutable } from './find-command.ts';
import { resolvePath } from './resolve-path.ts';
import { parseShebang } from './shebang.ts';
import type { Rootfs } from './tree-entry.ts';

/** What keeps the kernel from starting a script. */
export interface MissingInterpreter {
  /** As the script names it: `/usr/bin/perl`, or `python3` for `#!/usr/bin/env python3`. */
  readonly command: string;
  /** After "which": `is not in the image`. */
  readonly fault: string;
}

/** What the first line of a script (without `#!`) asks for and a tree does not have; undefined when all is there. */
export function missingInterpreter(
  tree: Rootfs,
  shebang: string,
  places: CommandPlaces = {},
): MissingInterpreter | undefined {
  const interpreter = parseShebang(shebang);
  // The kernel refuses such a script, and a shell then runs it itself.
  if (!interpreter) return undefined;
  const { path, command } = interpreter;
  const found = resolvePath(tree, path);
  if (!found.found) return { command: path, fault: 'is not in the image' };
  if (!isExecutable(found.entry)) return { command: path, fault: 'is no executable file' };
  if (command === undefined || findCommand(tree, command, places).found) return undefined;
  return { command, fault: 'no folder of PATH holds' };
}
