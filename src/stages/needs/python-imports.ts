import type { ScriptImports } from '../../model/file-facts.ts';

/** Strings and comments, which may hold anything. */
const hidden = /"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?|#[^\n]*/g;
const pathChange = /\bsys\.path\b|\baddsitedir\b|\bsys\.meta_path\b|\bsite\.main\b/;
const dotted = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/;

/**
 * Modules that a Python script imports whenever it is started: `import` and `from` statements that are not indented
 * (Python Language Reference, 7.11). Relative imports are left out.
 */
export function pythonImports(text: string): ScriptImports {
  const code = text.replace(/\r\n/g, '\n').replace(hidden, (found) => (found.startsWith('#') ? '' : "''"));
  const lines = code.replace(/\\\n/g, ' ').split('\n');
  const statements = lines
    .filter((line) => /^(?:import|from)\s/.test(line))
    .flatMap((line) => line.split(';'));
  const names = new Set(statements.flatMap((each) => importedBy(each.trim())));
  return { language: 'python', names: [...names], ...(pathChange.test(code) && { changesPath: true }) };
}

function importedBy(statement: string): readonly string[] {
  const [, from] = /^from\s+(\S+)\s+import\b/.exec(statement) ?? [];
  if (from !== undefined) return dotted.exec(from)?.slice(0, 1) ?? [];
  const [, list = ''] = /^import\s+(.+)$/.exec(statement) ?? [];
  return list.split(',').flatMap((each) => dotted.exec(each.trim())?.slice(0, 1) ?? []);
}
