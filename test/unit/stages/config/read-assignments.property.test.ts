import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDiagnostics } from '../../../../src/stages/config/diagnostics.ts';
import { readAssignments } from '../../../../src/stages/config/read-assignments.ts';
import { createSourceText } from '../../../../src/stages/config/source-text.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'kubler-config-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const scope = new Map([
  ['FULL', 'one two'],
  ['EMPTY', ''],
  ['SPACED', ' a  b '],
]);

const text = (units: readonly string[]) =>
  fc.array(fc.constantFrom(...units), { maxLength: 5 }).map((parts) => parts.join(''));

const plain = ['a', 'Z', '0', '.', '/', ':', '_', '-', '+', '%', '@', '=', 'é', '漢', '😀', ','];
const bare = text([...plain, '\\ ', '\\$', "\\'", '\\"', '\\\\', '\\a', '#'])
  // A comment begins at `#` only where a word could.
  .map((word) => word.replace(/^#/, 'x#'));
const single = text([...plain, ' ', '"', '$', '`', '\\', '#', '\n', '{', '}', '~', '*']).map(
  (word) => `'${word}'`,
);
const ansi = text([...plain, '\\n', '\\t', "\\'", '\\\\', '\\x41', '\\u00e9', '\\101', ' ', '"', '$']).map(
  (word) => `$'${word}'`,
);
const literalInDouble = text([
  ...plain,
  ' ',
  "'",
  '\\"',
  '\\$',
  '\\\\',
  '\\a',
  '\\`',
  '#',
  '*',
  '~',
  '\\\n',
  '\n',
]);
const names = ['FULL', 'EMPTY', 'SPACED'];

const { doubled, expansion } = fc.letrec<{
  doubled: string;
  expansion: string;
  quotedDefault: string;
  openDefault: string;
}>((tie) => ({
  doubled: fc
    .array(fc.oneof({ maxDepth: 4 }, literalInDouble, tie('quotedDefault')), { maxLength: 3 })
    .map((parts) => `"${parts.join('')}"`),
  quotedDefault: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...names).map((name) => `\${${name}}`),
    fc
      .tuple(
        fc.constantFrom(...names, 'UNSET'),
        fc.constantFrom(':-', '-'),
        fc.array(
          fc.oneof({ maxDepth: 4 }, text([...plain, ' ', '\\"', '\\$', '\\\\', '\\}']), tie('quotedDefault')),
          {
            maxLength: 2,
          },
        ),
      )
      .map(([name, operator, word]) => `\${${name}${operator}${word.join('')}}`),
  ),
  openDefault: fc.oneof(
    { maxDepth: 3 },
    text([...plain, ' ', '\\ ', '\\}', '\\\\']),
    single,
    tie('doubled'),
    tie('expansion'),
  ),
  expansion: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...names).map((name) => `\${${name}}`),
    fc
      .tuple(fc.constantFrom(...names, 'UNSET'), fc.constantFrom(':-', '-'), tie('openDefault'))
      .map(([name, operator, word]) => `\${${name}${operator}${word}}`),
  ),
}));

const word = fc
  .array(fc.oneof(bare, single, ansi, doubled, expansion), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
  .filter(
    (raw) => raw !== '' && !raw.startsWith('#') && !/^[^\\]*~/.test(raw.replace(/'[^']*'|"[^"]*"/g, '')),
  );
const list = fc
  // Bash drops some empty elements that quotes in an unquoted default make, depending on what stands before.
  .array(
    word.filter((raw) => !/-[^{}]*['"]/.test(raw)),
    { maxLength: 4 },
  )
  .chain((words) =>
    fc.constantFrom(' ', '\n  ', ' # note\n').map((gap) => `(${words.join(gap)}${gap === ' ' ? '' : '\n'})`),
  );
const assignments = fc.array(fc.oneof(word, fc.constant(''), list), { minLength: 1, maxLength: 12 });

/** What bash makes of the file: for each variable the number of elements (`-` for text), then the elements. */
function askBash(file: string, variables: readonly string[]): readonly string[] {
  const script = [
    'set -f',
    ...[...scope].map(([name, value]) => `${name}='${value}'`),
    `source '${file}'`,
    ...variables.map(
      (name) =>
        `if [[ $(declare -p ${name}) == 'declare -a'* ]]; then printf '%s\\0' "\${#${name}[@]}" "\${${name}[@]}"; ` +
        `else printf '%s\\0' - "\${${name}}"; fi`,
    ),
  ].join('\n');
  const output = execFileSync('bash', ['-c', script], {
    env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return output.split('\0').slice(0, -1);
}

/** Lines around assignments: how they begin, what stands between and behind them, and how the file ends. */
const lines = fc.array(
  fc.record({
    above: fc.constantFrom('', '\n', '# note\n', '\t# IMAGE_TAG="$(date)"\n', ' \t \n', '\\\n'),
    before: fc.constantFrom('', '', '\t', '  ', 'export ', '\texport  '),
    values: fc.array(word, { minLength: 1, maxLength: 3 }),
    between: fc.constantFrom(' ', ' ; ', ';\t', ' \\\n '),
    behind: fc.constantFrom('', ' ', '\t', ' # behind', '\t#', ';', ' ; # x'),
  }),
  { maxLength: 6 },
);

/** The text of such a file; each variable has a name of its own, but for the first, which is set over and over. */
function toText(file: typeof lines extends fc.Arbitrary<infer T> ? T : never, end: string): string {
  let count = 0;
  const text = file.map(({ above, before, values, between, behind }) => {
    const assigned = values.map((value) => `V${count++ % 7}=${value}`);
    return `${above}${before}${assigned.join(between)}${behind}`;
  });
  return text.join('\n') + (file.at(-1)?.behind.includes('#') === true && end === '\\\n' ? '' : end);
}

test.each([
  ['values', assignments.map((values) => values.map((value, index) => `V${index}=${value}\n`).join(''))],
  [
    'files',
    fc.tuple(lines, fc.constantFrom('', '\n', '\n\n', '\\\n')).map(([file, end]) => toText(file, end)),
  ],
])('%s are what bash makes of them', (_, sources) => {
  const file = join(dir, 'build.conf');
  fc.assert(
    fc.property(sources, (source) => {
      writeFileSync(file, source);
      const diagnostics = createDiagnostics(dir);
      const { byName } = readAssignments(createSourceText(file, source), scope, diagnostics);
      expect(diagnostics.faults.map(({ message }) => message)).toEqual([]);
      const mine = [...byName.values()].flatMap(({ value }) =>
        typeof value === 'string' ? ['-', value] : [String(value.length), ...value],
      );
      expect(mine).toEqual(askBash(file, [...byName.keys()]));
    }),
    { numRuns: Number(process.env['FUZZ'] ?? 100) },
  );
});
