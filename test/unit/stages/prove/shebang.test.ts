import { expect, test } from 'vitest';
import { link, program } from '../../../support/make-rootfs.ts';
import { makeElf } from '../../../support/make-elf.ts';
import { exe, lines } from '../../../support/small-debian.ts';

const script = async (line: string, more = {}) => lines({ 'srv/x': program(`#!${line}\n`), ...more });
const named = (rest: string) => [`shebang error: /srv/x ${rest}`];

test.each([
  '/bin/sh',
  ' /bin/sh -e ',
  '/usr/bin/env sh',
  '/usr/bin/env -S sh -e',
  '/usr/bin/env  -S A=1 -i "sh" -c',
  '/usr/bin/env -vS sh',
  '/usr/bin/env --split-string=sh -x',
  '/usr/bin/env -i',
  '/usr/bin/env A=1',
  '',
])('takes "%s"', async (line) => {
  expect(await script(line)).toEqual([]);
});

test.each([
  ['/usr/bin/env none', 'needs the interpreter none, which no folder of PATH holds'],
  ["/usr/bin/env -S 'none' -e", 'needs the interpreter none, which no folder of PATH holds'],
  ['/usr/bin/env -S -u HOME A=1 none', 'needs the interpreter none, which no folder of PATH holds'],
  [
    '/usr/bin/env sh -e',
    'needs the interpreter sh -e, which no folder of PATH holds: without -S, env takes all of the line for one name',
  ],
  [
    '/bin/sh\r',
    'needs the interpreter /bin/sh^M, which is not in the image: the line ends as on Windows (CR LF), and the CR is part of the name',
  ],
  [
    '/usr/bin/env sh\r',
    'needs the interpreter sh^M, which no folder of PATH holds: the line ends as on Windows (CR LF), and the CR is part of the name',
  ],
])('names what "%s" lacks', async (line, message) => {
  expect(await script(line)).toEqual(named(message));
});

test('follows interpreters that are scripts as far as the kernel does', async () => {
  const nested = (depth: number) =>
    Object.fromEntries(
      Array.from({ length: depth }, (_, index) => [
        `srv/${index}`,
        program(`#!${index === 0 ? '/bin/sh' : `/srv/${index - 1}`}\n`),
      ]),
    );
  expect(await script('/srv/3', nested(4))).toEqual([]);
  const deep = 'has an interpreter that is a script, too, and so on, 5 times: the kernel gives up';
  expect(await script('/srv/4', nested(5))).toEqual(named(deep));
  expect(await script('/srv/x')).toEqual(named(deep));
  expect(await script('/srv/link', { 'srv/link': link('x') })).toEqual(named(deep));
});

test('names an interpreter for another processor, but not one of an older kind', async () => {
  const static386 = { 'usr/bin/old': program(makeElf({ class: 32, machine: 3 })) };
  expect(await script('/usr/bin/old', static386)).toEqual([]);
  const arm = { 'usr/bin/arm': program(makeElf({ machine: 183 })), 'usr/bin/more': exe() };
  expect(await script('/usr/bin/arm', arm)).toEqual(
    named('needs the interpreter /usr/bin/arm, which is a program for another processor'),
  );
});
