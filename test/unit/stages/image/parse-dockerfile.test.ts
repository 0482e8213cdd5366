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
    const text = 'FROM scratch\n  FORM x\nCOPY <<EOF /a\nFORM y\nEOF\nWORKDIR\nLABLE a=b';
    const { faults } = parseDockerfile('Dockerfile.template', text);
    expect(faults.map(({ message, at, hint }) => [at?.line, at?.column, message, hint])).toEqual([
      [2, 3, 'cannot read "FORM": it is not a Dockerfile instruction', 'did you mean "FROM"?'],
      [3, 1, 'cannot apply COPY: a here-document is not supported by this version', undefined],
      [6, 1, 'cannot apply WORKDIR: it has no arguments', undefined],
      [7, 1, 'cannot read "LABLE": it is not a Dockerfile instruction', 'did you mean "LABEL"?'],
    ]);
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
