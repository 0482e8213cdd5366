import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDeb822, readDeb822 } from '../../../src/model/deb822.ts';

test('fields, further lines, comments and case-insensitive names are understood', () => {
  const text =
    '# about\nPackage: jq\n# within\nDEPENDS:libc6,\n libonig5\nDescription: a\n .\n\tb\nnonsense\n\n \n\nPackage: x\n';
  expect(parseDeb822(text).map((paragraph) => [...paragraph])).toEqual([
    [
      ['package', 'jq'],
      ['depends', 'libc6,\nlibonig5'],
      ['description', 'a\n.\nb'],
    ],
    [['package', 'x']],
  ]);
});

test('windows line ends do not become part of values', () => {
  expect(parseDeb822('A: 1\r\nB: 2\r\n x\r\n').map((each) => [...each])).toEqual([
    [
      ['a', '1'],
      ['b', '2\nx'],
    ],
  ]);
});

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const line = fc.stringMatching(/^[\x21-\x7e\u00e0-\u00ff]{1,12}$/);
const paragraph = fc.dictionary(name, fc.array(line, { minLength: 1, maxLength: 3 }), { minKeys: 1 });
const render = (fields: Record<string, string[]>): string =>
  Object.entries(fields)
    .map(([key, lines]) => `${key}: ${lines.join('\n ')}\n`)
    .join('');

test('what is written is read back, whatever the sizes of the chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(paragraph, { maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }),
      async (fields, size) => {
        const bytes = Buffer.from(fields.map(render).join('\n'));
        async function* chunks(): AsyncGenerator<Uint8Array> {
          for (let at = 0; at < bytes.length; at += size)
            yield await Promise.resolve(bytes.subarray(at, at + size));
        }
        const read: Record<string, string[]>[] = [];
        for await (const each of readDeb822(chunks())) {
          read.push(Object.fromEntries([...each].map(([key, value]) => [key, value.split('\n')])));
        }
        expect(read).toEqual(fields.map((each) => ({ ...each })));
      },
    ),
  );
});
