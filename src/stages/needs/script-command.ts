import type { TreeFacts } from '../../model/file-facts.ts';
import { findCommand, type CommandPlaces } from '../../model/find-command.ts';
import { parseShebang } from '../../model/shebang.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { languageOf } from './script-language.ts';

/** A command that runs a script of Python or Perl. */
export interface ScriptCommand {
  readonly language: 'python' | 'perl';
  /** As the command or the first line of the script names it. */
  readonly interpreter: string;
  /** Path of the script in the tree, … */
  readonly script?: string;
  /** … or modules that are named on the command line. */
  readonly modules: readonly string[];
  /** Further folders of modules, named there too. */
  readonly folders: readonly string[];
}

/** Options that take the next word, where they end a group of letters. */
const withValue = { python: /^-[a-zA-Z]*[WX]$/, perl: /^-[a-zA-Z]*I$/ } as const;
/** Options after which there is no script: its text is in the command. */
const endsOptions = { python: /^-[a-zA-Z]*c/, perl: /^-[a-zA-Z]*[eE]/ } as const;

/** Reads a command as far as it runs a script of a known language; undefined for any other. */
export function scriptCommand(
  words: readonly string[],
  {
    tree,
    facts,
    places,
  }: { readonly tree: Rootfs; readonly facts: TreeFacts; readonly places: CommandPlaces },
): ScriptCommand | undefined {
  const [program = '', ...rest] = words;
  const find = (name: string): string | undefined => {
    const found = findCommand(tree, name, places);
    return found.found ? found.path : undefined;
  };
  const path = find(program);
  if (path === undefined) return undefined;
  const { shebang, imports } = facts.get(path) ?? {};
  const first = shebang === undefined ? undefined : parseShebang(shebang);
  if (first && imports) {
    const interpreter = first.command ?? first.path;
    return { language: imports.language, interpreter, script: path, modules: [], folders: [] };
  }
  const language = languageOf(program) ?? languageOf(path);
  if (language === undefined || facts.get(path)?.elf === undefined) return undefined;
  const { script, ...options } = readOptions(language, rest);
  const scriptPath = script === undefined ? undefined : find(script.includes('/') ? script : `./${script}`);
  return {
    language,
    interpreter: program,
    ...options,
    ...(scriptPath !== undefined && { script: scriptPath }),
  };
}

interface Options {
  readonly script?: string;
  readonly modules: readonly string[];
  readonly folders: readonly string[];
}

function readOptions(language: 'python' | 'perl', words: readonly string[]): Options {
  const modules: string[] = [];
  const folders: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const next = words[index + 1] ?? '';
    const [, module] = (language === 'perl' && /^-[mM]-?([\w:]+)/.exec(word)) || [];
    const [, folder] = (language === 'perl' && /^-I(.+)/.exec(word)) || [];
    if (language === 'python' && /^-[a-zA-Z]*m$/.test(word)) return { modules: [next], folders };
    if (module !== undefined) modules.push(module);
    else if (folder !== undefined) folders.push(folder);
    else if (word === '-' || endsOptions[language].test(word)) return { modules, folders };
    else if (withValue[language].test(word)) {
      if (language === 'perl') folders.push(next);
      index++;
    } else if (word === '--') return { script: next, modules, folders };
    else if (!word.startsWith('-')) return { script: word, modules, folders };
  }
  return { modules, folders };
}
