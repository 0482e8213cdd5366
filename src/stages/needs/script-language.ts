import type { ScriptImports } from '../../model/file-facts.ts';
import { parseShebang } from '../../model/shebang.ts';

type Language = ScriptImports['language'];

/** The language of an interpreter by its name or path: `/usr/bin/python3.11`. */
export function languageOf(interpreter: string): Language | undefined {
  const [, name] = /(?:^|\/)(python|perl)[\d.]*$/.exec(interpreter) ?? [];
  return name as Language | undefined;
}

/** Where packages have modules, which are not followed. */
const ofPackages = /^usr\/(?:lib|lib64|share)\/|\/(?:site|dist)-packages\//;

/** The language of a script, if it may be one that a container starts or one beside such a script. */
export function scriptLanguage(path: string, shebang: string | undefined): Language | undefined {
  const interpreter = shebang === undefined ? undefined : parseShebang(shebang);
  if (interpreter) return languageOf(interpreter.command ?? interpreter.path);
  if (ofPackages.test(path)) return undefined;
  if (path.endsWith('.py')) return 'python';
  return path.endsWith('.pl') ? 'perl' : undefined;
}
