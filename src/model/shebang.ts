/** The command a script names in its first line. */
export interface Interpreter {
  /** As the kernel starts it: `/bin/sh`, `/usr/bin/env`. */
  readonly path: string;
  /** For `env`: the command it looks up in PATH, if it names one. */
  readonly command?: string;
}

/**
 * Reads the first line of a script without `#!` (execve(2), "Interpreter scripts"; env(1) for `-S`, options and
 * assignments before the command). Undefined for an empty line.
 */
export function parseShebang(shebang: string): Interpreter | undefined {
  const [path, ...words] = shebang.trim().split(/[ \t]+/);
  if (path === undefined || path === '') return undefined;
  if (!/(?:^|\/)env$/.test(path)) return { path };
  const command = envCommand(words);
  return command === undefined ? { path } : { path, command };
}

const envOptionsWithValue = new Set(['-u', '--unset', '-C', '--chdir']);

function envCommand(words: readonly string[]): string | undefined {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (envOptionsWithValue.has(word)) index++;
    else if (/^-S./.test(word)) return word.slice(2);
    else if (!word.startsWith('-') && !word.includes('=')) return word;
  }
  return undefined;
}

/** Extensions of files that programs import although they are executable and name an interpreter. */
const moduleName = /\.(?:py|pm|pl|ph|rb|js|mjs|cjs|tcl|lua|php|R|awk)$/;
const commandFolder = /(?:^|\/)(?:s?bin|libexec|games|etc|init\.d|cron\.[a-z]+)\//;

/** True for a file that is a library of its language rather than a command, however it begins. */
export const isModule = (path: string): boolean =>
  moduleName.test(path) && !commandFolder.test(path) && /^(?:usr\/|opt\/|lib)/.test(path);
