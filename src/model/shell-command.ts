const shell = /(?:^|\/)(?:ba|da|a|k|z)?sh$/;
const takesText = /^-[a-z]*c$/;

/** What a shell is handed to run. */
export interface ShellCommand {
  /** First word of the first command; undefined when that is none of a file: a keyword, a builtin, what is expanded. */
  readonly command?: string;
  /** All words of it, where there is nothing else in the text and every word is plain. */
  readonly words?: readonly string[];
  /** There is nothing else in it, so that all fails without the command. */
  readonly isAlone: boolean;
}

/** Keywords and builtins of POSIX shells and bash that a text may begin with. */
const builtins = new Set(
  (
    'if for while until case select function time { ( [[ ! . : [ alias bg break cd command continue declare echo enable eval exit export ' +
    'false fc fg getopts hash jobs kill let local printf pwd read readonly return set shift shopt source test times trap true type ' +
    'typeset ulimit umask unalias unset wait'
  ).split(' '),
);

/** Reads `sh -c TEXT` as far as it is plain; undefined for any other command. */
export function parseShellCommand([program = '', ...words]: readonly string[]): ShellCommand | undefined {
  const at = words.findIndex((word) => takesText.test(word));
  const text = words[at + 1];
  const isShell = shell.test(program) && at >= 0 && words.slice(0, at).every((word) => /^[-+]/.test(word));
  if (!isShell || text === undefined) return undefined;
  const assignments = /^\s*(?:[A-Za-z_]\w*=[^\s'"$`\\;&|()<>]*\s+)*(?:exec\s+)?/.exec(text)?.[0] ?? '';
  const rest = text.slice(assignments.length);
  const [, command] = /^([\w./+@:-]+)(?=$|[\s;&|<>)])/.exec(rest) ?? [];
  const isAlone = !/[;&|\n`(){}]/.test(rest);
  const isFile = command !== undefined && !builtins.has(command) && !command.startsWith('-');
  const isPlain = isFile && /^[\w./+@:=, \t-]+$/.test(rest);
  return { isAlone, ...(isFile && { command }), ...(isPlain && { words: rest.trim().split(/\s+/) }) };
}
