/** The command a script names in its first line. */
export interface Interpreter {
  /** As the kernel starts it: `/bin/sh`, `/usr/bin/env`. */
  readonly path: string;
  /** For `env`: the command it looks up in PATH, if it names one. */
  readonly command?: string;
}

/**
 * Reads the first line of a script without `#!` (execve(2), "Interpreter scripts": what follows the interpreter is one
 * argument; env(1): only with `-S` it is split). Undefined for an empty line.
 */
export function parseShebang(shebang: string): Interpreter | undefined {
  const [, path, argument = ''] = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/s.exec(shebang) ?? [];
  if (path === undefined || path.trim() === '') return undefined;
  if (!/(?:^|\/)env\r?$/.test(path)) return { path };
  const command = envCommand(argument);
  return command === undefined ? { path } : { path, command };
}

const splits = /^(?:-[a-zA-Z0]*S|--split-string(?:=|$))/;
const envOptionsWithValue = new Set(['-u', '--unset', '-C', '--chdir']);

/** What env looks up of its one argument. */
function envCommand(argument: string): string | undefined {
  if (!splits.test(argument)) {
    return argument === '' || argument.startsWith('-') || isAssignment(argument) ? undefined : argument;
  }
  const words = splitWords(argument.replace(splits, ''));
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (envOptionsWithValue.has(word)) index++;
    else if (!word.startsWith('-') && !isAssignment(word)) return word;
  }
  return undefined;
}

const isAssignment = (word: string): boolean => /^[^/ \t]*=/.test(word);

/** Words as `env -S` makes them, quotes taken off. */
const splitWords = (text: string): readonly string[] =>
  [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));

/** Extensions of files that programs import although they are executable and name an interpreter. */
const moduleName = /\.(?:py|pm|pl|ph|rb|js|mjs|cjs|tcl|lua|php|R|awk)$/;
const commandFolder = /(?:^|\/)(?:s?bin|libexec|games|etc|init\.d|cron\.[a-z]+)\//;

/** True for a file that is a library of its language rather than a command, however it begins. */
export const isModule = (path: string): boolean =>
  moduleName.test(path) && !commandFolder.test(path) && /^(?:usr\/|opt\/|lib)/.test(path);
