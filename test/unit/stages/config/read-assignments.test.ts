import { describe, expect, test } from 'vitest';
import { renderError } from '../../../../src/cli/render-error.ts';
import { createDiagnostics } from '../../../../src/stages/config/diagnostics.ts';
import { readAssignments } from '../../../../src/stages/config/read-assignments.ts';
import { createSourceText } from '../../../../src/stages/config/source-text.ts';

const scope = new Map([
  ['NAMESPACE', 'web'],
  ['EMPTY', ''],
]);

function read(text: string, options: { readonly forgivesCommands?: boolean } = {}) {
  const diagnostics = createDiagnostics('/p');
  const assignments = readAssignments(createSourceText('/p/build.conf', text), scope, diagnostics, options);
  return {
    values: Object.fromEntries([...assignments.byName].map(([name, { value }]) => [name, value])),
    faults: diagnostics.faults,
    warnings: diagnostics.warnings,
    places: diagnostics.faults.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`),
  };
}

describe('values', () => {
  test.each([
    ['A=bare', { A: 'bare' }],
    ["A='single $quoted'", { A: 'single $quoted' }],
    ['A="double ${NAMESPACE}/x"', { A: 'double web/x' }],
    ["A=$'tab\\tquote\\''", { A: "tab\tquote'" }],
    ['A=one\'two\'"three"', { A: 'onetwothree' }],
    ['A=', { A: '' }],
    ["A=''", { A: '' }],
    ['A=$NAMESPACE', { A: 'web' }],
    ['A="${UNSET:-default value}"', { A: 'default value' }],
    ['BOB_CFLAGS="${BOB_CFLAGS:--mtune=generic -O2 -pipe}"', { BOB_CFLAGS: '-mtune=generic -O2 -pipe' }],
    ['BOB_B="${BOB_A:-${BOB_C:-x}}"', { BOB_B: 'x' }],
    ['A="${EMPTY:-default}" B="${EMPTY-default}"', { A: 'default', B: '' }],
    ['A=1\nB="$A$A"\nA=2', { A: '2', B: '11' }],
    ['export A=1 B=2', { A: '1', B: '2' }],
    ['A=1\nexport A', { A: '1' }],
    ['A="<$UNKNOWN>"', { A: '<>' }],
    ['A=1 # note\n# note\n\nB=2; C=3', { A: '1', B: '2', C: '3' }],
    ['A=(one \'two three\' "$NAMESPACE")', { A: ['one', 'two three', 'web'] }],
    ['A=(\n  one # first\n  # none\n  two\n)', { A: ['one', 'two'] }],
    ['A=()', { A: [] }],
    ['A="x y"\nB=($A "$A")', { A: 'x y', B: ['x', 'y', 'x y'] }],
    ['A=one\\\ntwo', { A: 'onetwo' }],
    ['KEEP=(/usr/lib/*.so [ab]?)', { KEEP: ['/usr/lib/*.so', '[ab]?'] }],
    ['A="${A:-web}"', { A: 'web' }],
    ['__proto__=x constructor=y', { ['__proto__']: 'x', constructor: 'y' }],
  ])('%s', (text, values) => {
    const result = read(text);
    expect(result.places).toEqual([]);
    expect(Object.entries(result.values)).toEqual(Object.entries(values));
  });
});

describe('faults', () => {
  test.each([
    ['A=$(date)', '1:3 cannot read build.conf: command substitution "$(date)" is not allowed'],
    ['A="x `id`"', '1:6 cannot read build.conf: command substitution "`id`" is not allowed'],
    ['A=$((1 + 2))', '1:3 cannot read build.conf: arithmetic "$((1 + 2))" is not allowed'],
    ['A=<(ls)', '1:3 cannot read build.conf: a blank after "=" is not allowed'],
    ['if true; then A=1; fi', '1:1 cannot read build.conf: "if" is not allowed'],
    ['for a in b; do :; done', '1:1 cannot read build.conf: "for" is not allowed'],
    ['[[ -e x ]]', '1:1 cannot read build.conf: "[[ … ]]" is not allowed'],
    ['f() { :; }', '1:1 cannot read build.conf: a function is not allowed'],
    ['A=1 && B=2', '1:1 cannot read build.conf: "&&" is not allowed'],
    ['A=1 | cat', '1:1 cannot read build.conf: a pipeline is not allowed'],
    ['A=1 &', '1:1 cannot read build.conf: a background command "&" is not allowed'],
    ['A=1 > /tmp/x', '1:5 cannot read build.conf: the redirection ">" is not allowed'],
    ['\n  rm -rf /', '2:3 cannot read build.conf: the command "rm" is not allowed'],
    ['source other.conf', '1:1 cannot read build.conf: the command "source" is not allowed'],
    ['declare -r A=1', '1:1 cannot read build.conf: the command "declare" is not allowed'],
    ['export -n A', '1:8 cannot read build.conf: "export" of anything but names and values is not allowed'],
    ['A = 1', '1:1 cannot read build.conf: a blank before "=" is not allowed'],
    ['A= 1', '1:4 cannot read build.conf: a blank after "=" is not allowed'],
    ['A=x y', '1:5 cannot read build.conf: a blank in a value without quotes, before "y", is not allowed'],
    ['A+=x', '1:1 cannot read build.conf: "+=" is not allowed'],
    ['A[1]=x', '1:1 cannot read build.conf: assigning to one element of a list is not allowed'],
    ['A=([2]=x)', '1:4 cannot read build.conf: a list with indexes is not allowed'],
    ['A=x\nB=${A%x}', '2:3 cannot read build.conf: the expansion "${A%x}" is not allowed'],
    ['A=${B:=x}', '1:3 cannot read build.conf: the expansion "${B:=x}" is not allowed'],
    ['A=${#NAMESPACE}', '1:3 cannot read build.conf: the expansion "${#NAMESPACE}" is not allowed'],
    ['A=$1', '1:3 cannot read build.conf: the expansion "$1" is not allowed'],
    ['A=(x)\nB=$A', '2:3 cannot read build.conf: A is a list and cannot be put into a value'],
    ['A=(x)\nB="${A[@]}"', '2:4 cannot read build.conf: the expansion "${A[@]}" is not allowed'],
    ['A=({a,b})', '1:4 cannot read build.conf: brace expansion "{a,b}" is not allowed'],
    ['A=~/x', '1:3 cannot read build.conf: the home folder "~" is not allowed'],
    ['A=$"text"', '1:3 cannot read build.conf: a translated string "$"text"" is not allowed'],
    ['A="${UNSET:-\'q\'}"', '1:4 cannot read build.conf: the expansion "${UNSET:-\'q\'}" is not allowed'],
    ['A="unterminated', '1:3 cannot read build.conf: unterminated double quote'],
    ['A=(x', '1:2 cannot read build.conf: unterminated list, ")" is missing'],
    ['A=1\r\nB=2\r\n', '1:4 cannot read build.conf: it has Windows line ends (CR LF)'],
  ])('%s', (text, place) => {
    expect(read(text).places).toEqual([place]);
  });

  test('all of them come at once, in the order of the file', () => {
    const { places } = read('A=$(a)\nB=1\nC=`c`\nls\n');
    expect(places.map((place) => place.slice(0, 3))).toEqual(['1:3', '3:3', '4:1']);
  });

  test('nothing after a syntax error is judged', () => {
    expect(read('A=$(a)\nB="open\nC=$(c)\n').places.map((place) => place.slice(0, 3))).toEqual([
      '1:3',
      '2:3',
    ]);
  });

  test('are shown with a caret', () => {
    const [fault] = read('IMAGE_PARENT=\'base/glibc\'\n  BOB_DATE="v$(date +%F)"\n').faults;
    expect(renderError(fault, { colour: false, debug: false, cwd: '/p' })).toBe(
      [
        'error: cannot read build.conf: command substitution "$(date +%F)" is not allowed',
        '  --> build.conf:2:14',
        '    |',
        '  2 |   BOB_DATE="v$(date +%F)"',
        '    |              ^',
        'hint: the file is data, never executed: NAME=value, quotes, ${NAME}, ${NAME:-default}, NAME=(a b), comments',
        '',
      ].join('\n'),
    );
  });
});

describe('warnings', () => {
  test('a name without a value counts as empty, as in bash, and gets a suggestion', () => {
    expect(read('A=1\nB=${NAMESPCE}\nC="x$NOTHING_LIKE_IT"').warnings).toEqual([
      'build.conf:2: NAMESPCE has no value and counts as empty; did you mean "NAMESPACE"?',
      'build.conf:3: NOTHING_LIKE_IT has no value and counts as empty',
    ]);
  });

  test('where commands are forgiven, what they would print is left out, and nothing else', () => {
    const text = 'A="v$(date)"\nB=`id`\nC="${A:-x}"\nD=$((1))\n';
    const { values, places, warnings } = read(text, { forgivesCommands: true });
    expect(values).toEqual({ C: 'x', D: '' });
    expect(places).toEqual(['4:3 cannot read build.conf: arithmetic "$((1))" is not allowed']);
    expect(warnings).toEqual([
      'build.conf:1: A is left out: no command is executed to find its value',
      'build.conf:2: B is left out: no command is executed to find its value',
    ]);
  });

  test('that say the same are counted', () => {
    expect(read('A=$UNSET\nB=$UNSET\nC=$UNSET').warnings).toEqual([
      'build.conf:1: UNSET has no value and counts as empty (and 2 more of these)',
    ]);
  });
});

describe('hostile files', () => {
  test('values that double with each line are cut off', () => {
    const lines = Array.from({ length: 64 }, (_, index) => `A${index + 1}="$A${index}$A${index}"`);
    const { places } = read(['A0=xxxxxxxxxx', ...lines].join('\n'));
    expect(places[0]).toMatch(/cannot read build.conf: its values are longer than 1 MiB together$/);
  });

  test('one word that repeats a long value is cut off', () => {
    const { places } = read(`A=${'x'.repeat(100_000)}\nB=${'$A'.repeat(100_000)}`);
    expect(places).toHaveLength(1);
  });

  test('ten thousand nested expansions are a fault, not a crash', () => {
    const { places } = read(`A=${'${A:-'.repeat(10_000)}${'}'.repeat(10_000)}`);
    expect(places[0]).toMatch(/nesting depth/);
  });

  test('fifty thousand faults are counted, and the first twenty shown', () => {
    const { faults } = read('ls;'.repeat(50_000));
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)?.message).toBe('cannot list all faults of "/p/build.conf": it has 49980 more');
  });
});
