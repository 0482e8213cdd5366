import { expect, test } from 'vitest';
import { program } from '../../../support/make-rootfs.ts';
import { exe, findings, lib, libraries, lines } from '../../../support/small-debian.ts';

const calls = (...imports: readonly string[]) => exe({ imports });
const programs = {
  'usr/bin/a': calls('system'),
  'usr/bin/b': calls('getenv', 'popen', 'wordexp'),
  'usr/bin/c': calls('getenv'),
  [`${libraries}/libd.so.1`]: lib({ imports: ['system'] }),
};

test('shell names programs that call one where there is none', async () => {
  expect(await lines(programs, {}, ['usr/bin/sh', 'usr/bin/dash'])).toEqual([
    'shell warning: /usr/bin/a calls system, which needs /bin/sh, and that is not in the image',
    'shell warning: /usr/bin/b calls popen and wordexp, which need /bin/sh, and that is not in the image',
  ]);
  expect((await findings(programs, {}, ['usr/bin/sh']))[0]?.lacks).toEqual({
    kind: 'command',
    name: '/bin/sh',
  });
});

test('shell accepts any that can be executed', async () => {
  expect(await lines(programs)).toEqual([]);
  expect(await lines({ ...programs, 'usr/bin/sh': program('#!/usr/bin/dash\n') })).toEqual([]);
  expect(await lines({ ...programs, 'usr/bin/sh': 'no program' })).toHaveLength(2);
});
