import type { ScriptImports } from '../../model/file-facts.ts';

const statement = /^(?:use|require)\s+([A-Za-z_]\w*(?:(?:::|')\w+)*)/;
const hereDocument = /<<~?(?:"([^"]+)"|'([^']+)'|([A-Za-z_]\w*))/;
const pathChange = /^[ \t]*use[ \t]+(?:lib|FindBin|local::lib)\b|@INC\b/m;

/**
 * Modules that a Perl script loads whenever it is started: `use` and `require` at the start of a line (perlfunc(1)),
 * outside of documentation and here-documents, up to `__END__`.
 */
export function perlImports(text: string): ScriptImports {
  const names = new Set<string>();
  /** What ends the lines that are no code. */
  let end: RegExp | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (end) {
      if (end.test(line)) end = undefined;
      continue;
    }
    if (/^__(?:END|DATA)__$/.test(line)) break;
    const [, name = ''] = statement.exec(line) ?? [];
    if (name !== '' && !/^v\d/.test(name)) names.add(name.replaceAll("'", '::'));
    end = endOf(line);
  }
  return { language: 'perl', names: [...names], ...(pathChange.test(text) && { changesPath: true }) };
}

function endOf(line: string): RegExp | undefined {
  if (/^=[A-Za-z]/.test(line)) return /^=cut\b/;
  const [, double, single, bare] = hereDocument.exec(line) ?? [];
  const word = double ?? single ?? bare;
  return word === undefined ? undefined : new RegExp(`^\\s*${word.replace(/[^\w ]/g, '\\$&')}$`);
}
