import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../../../src/stages/image/parse-dockerfile.ts';

const parse = (text: string): unknown[] => {
  const { instructions, faults } = parseDockerfile('Dockerfile.template', text);
  expect(faults).toEqual([]);
  return instructions.map(({ keyword, rest, at }) => [at.line, keyword, rest]);
};

describe('parseDockerfile', () => {
  test('comments, empty lines and continuation lines', () => {
    const text = [
      '\ufeff# a comment',
      '',
      'from scratch',
      '  \t# another',
      'ENV A=1 \\',
      '    # inside',
      '',
      '    B=2 \\   ',
      '  C=3',
      'CMD last \\',
    ].join('\n');
    expect(parse(text)).toEqual([
      [3, 'FROM', 'scratch'],
      [5, 'ENV', 'A=1     B=2   C=3'],
      [10, 'CMD', 'last'],
    ]);
  });

  test('Windows line ends', () => {
    expect(parse('FROM scratch\r\nENV A=1 \\\r\n B=2\r\n')).toEqual([
      [1, 'FROM', 'scratch'],
      [2, 'ENV', 'A=1  B=2'],
    ]);
  });

  test('an escape directive makes the backtick continue lines', () => {
    expect(parse('# syntax=x\n# escape=`\nENV A=\\ `\n B=1')).toEqual([[3, 'ENV', 'A=\\  B=1']]);
    expect(parse('\n# escape=`\nENV A=1\\\n B=1')).toEqual([[3, 'ENV', 'A=1 B=1']]);
    const [fault] = parseDockerfile('D', '# escape=x\nENV A=1').faults;
    expect(fault?.message).toContain('cannot use "x"');
  });

  test('two backslashes at the end of a line do not continue it', () => {
    expect(parse('CMD a \\\\\nCMD b')).toEqual([
      [1, 'CMD', 'a \\\\'],
      [2, 'CMD', 'b'],
    ]);
  });

  test('flags are apart from arguments', () => {
    const { instructions } = parseDockerfile('D', 'HEALTHCHECK --interval=5s --x \\\n CMD curl --fail');
    const [instruction] = instructions;
    expect(instruction?.flags).toEqual([
      { name: 'interval', value: '5s' },
      { name: 'x', value: undefined },
    ]);
    expect(instruction?.rest).toBe('CMD curl --fail');
  });

  test('all faults are reported, with line and column', () => {
    const text = 'FROM scratch\n  FORM x\nCOPY <<EOF /a\nFORM y\nEOF\nWORKDIR\nLABLE a=b\nCOPY <<E /';
    const { faults } = parseDockerfile('Dockerfile.template', text);
    expect(faults.map(({ message, at, hint }) => [at?.line, at?.column, message, hint])).toEqual([
      [2, 3, 'cannot read "FORM": it is not a Dockerfile instruction', 'did you mean "FROM"?'],
      [6, 1, 'cannot apply WORKDIR: it has no arguments', undefined],
      [7, 1, 'cannot read "LABLE": it is not a Dockerfile instruction', 'did you mean "LABEL"?'],
      [8, 1, 'cannot apply COPY: no line "E" ends its here-document', undefined],
    ]);
  });

  test.each<[string, string, unknown[]]>([
    ['one', 'COPY <<EOF /a\nx $y\n\n# no comment\nEOF', [['EOF', 'x $y\n\n# no comment\n', true]]],
    ['a quoted name', 'COPY <<"E F" /a\n$y\nE F', [['E F', '$y\n', false]]],
    [
      'single quotes and an escape',
      "RUN <<'A' <<\\B\n1\nA\n2\nB",
      [
        ['A', '1\n', false],
        ['B', '2\n', false],
      ],
    ],
    ['tabs', 'RUN cat <<-EOF\n\t\tone\n\t two\n\tEOF', [['EOF', 'one\n two\n', true]]],
    ['a number, in the middle of a line', 'RUN 3<<EOF sh && x\nEOF', [['EOF', '', true]]],
    [
      'several',
      'COPY <<a.txt <<b.txt /d/\n1\na.txt\n2\nb.txt',
      [
        ['a.txt', '1\n', true],
        ['b.txt', '2\n', true],
      ],
    ],
    ['in a trigger', 'ONBUILD RUN <<EOF\nls\nEOF', [['EOF', 'ls\n', true]]],
    ['not in JSON', 'COPY ["<<EOF", "/x"]', []],
    ['not elsewhere', 'ENV A=<<EOF', []],
    ['no here-string, shift or word', 'RUN a <<<b; c << d; e<<f', []],
    ['not inside quotes', "RUN echo '<<EOF x'", []],
  ])('here-documents: %s', (_, text, expected) => {
    const { instructions, faults } = parseDockerfile('D', `${text}\nUSER last`);
    expect(faults).toEqual([]);
    expect(instructions).toHaveLength(2);
    const documents = instructions[0]?.documents.map((each) => [each.name, each.text, each.expand]);
    expect(documents).toEqual(expected);
  });

  test('here-documents keep their lines as they are', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '') + '.');
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.map((each) => `${each}\n`).join('');
        const { instructions, faults } = parseDockerfile('D', `RUN <<'END'\n${text}END\nUSER x`);
        expect(faults).toEqual([]);
        expect(instructions.map(({ documents }) => documents.map(({ raw }) => raw))).toEqual([[text], []]);
      }),
    );
  });

  test('any text parses or fails with a position', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('FROM a', 'ENV A=1 \\', '# escape=`', 'COPY <<E /', 'E'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { instructions, faults } = parseDockerfile('D', lines.join('\n'));
        for (const { at } of [...instructions, ...faults]) expect(at?.line).toBeGreaterThan(0);
      }),
    );
  });
});
