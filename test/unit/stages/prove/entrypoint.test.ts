import { describe, expect, test } from 'vitest';
import type { RuntimeConfig } from '../../../../src/oci/types.ts';
import { link, program, type Node } from '../../../support/make-rootfs.ts';
import { exe, lines, type Nodes } from '../../../support/small-debian.ts';

const health = (...Test: readonly string[]): RuntimeConfig => ({ Healthcheck: { Test } });

describe('a command that cannot be executed is named', () => {
  const changes: Nodes = {
    'srv/text': program('echo hello\n'),
    'usr/lib/app/main.py': program('#!/usr/bin/python3\n'),
    'usr/bin/tini': exe(),
  };

  test.each<readonly [RuntimeConfig, string]>([
    [{ Entrypoint: ['/srv/none'] }, '/srv/none ENTRYPOINT runs /srv/none, which is not in the image'],
    [{ Cmd: ['none', 'x'] }, 'none CMD runs none, which no folder of PATH holds'],
    [{ Cmd: ['/etc/passwd'] }, '/etc/passwd CMD runs /etc/passwd, which is no executable file'],
    [{ Cmd: ['/srv'] }, '/srv CMD runs /srv, which is no executable file'],
    [{ Cmd: ['sh'], Env: ['PATH=/usr'] }, 'sh CMD runs sh, which no folder of PATH holds'],
    [health('CMD', 'curl'), 'curl HEALTHCHECK runs curl, which no folder of PATH holds'],
    [
      { ...health('CMD-SHELL', 'true'), Shell: ['/bin/ash', '-c'] },
      '/bin/ash HEALTHCHECK runs /bin/ash, which is not in the image',
    ],
    [
      { Cmd: ['/srv/text'] },
      '/srv/text CMD runs /srv/text, which is neither a program for Linux nor a script with #! in its first line',
    ],
    [
      { Cmd: ['/usr/lib/app/main.py'] },
      '/usr/lib/app/main.py CMD runs /usr/lib/app/main.py, a script for /usr/bin/python3, which is not in the image',
    ],
    [
      { Entrypoint: ['tini', '-g', '--'], Cmd: ['none'] },
      'none ENTRYPOINT runs none, which no folder of PATH holds',
    ],
    [
      { Entrypoint: ['/bin/sh', '-c', 'exec none -g'] },
      'none the shell of ENTRYPOINT runs none, which no folder of PATH holds',
    ],
    [
      health('CMD-SHELL', 'A=1 none --fail'),
      'none the shell of HEALTHCHECK runs none, which no folder of PATH holds',
    ],
  ])('%j: %s', async (config, expected) => {
    expect(await lines(changes, config)).toEqual([`entrypoint error: ${expected}`]);
  });

  test('with a warning in a longer text', async () => {
    expect(await lines({}, health('CMD-SHELL', 'none || exit 1'))).toEqual([
      'entrypoint warning: none the shell of HEALTHCHECK runs none, which no folder of PATH holds',
    ]);
  });
});

test.each<RuntimeConfig>([
  { Entrypoint: ['/bin/sh', '-c', 'exec "$0" "$@"'] },
  { Entrypoint: ['/bin/sh', '-c', 'cd /srv && none'] },
  { Entrypoint: ['/bin/sh', '-ec', '$PROGRAM'] },
  { Entrypoint: ['/bin/sh', '-c', 'if none; then x; fi'] },
  { Entrypoint: ['sh'], Cmd: ['none'] },
  { Entrypoint: ['bin/sh'], WorkingDir: '/usr' },
  { Entrypoint: [], Cmd: [] },
  health('NONE'),
  health('CMD-SHELL', 'true'),
])('%j can start', async (config) => {
  expect(await lines({}, config)).toEqual([]);
});

test('applets of busybox need no file', async () => {
  const busybox = { 'bin/sh': link('busybox'), 'bin/busybox': exe() };
  const gone = ['bin', 'usr/bin/sh'];
  const found = await lines(busybox, { Cmd: ['/bin/sh', '-c', 'httpd'] }, gone);
  expect(found.filter((line) => line.startsWith('entrypoint'))).toEqual([]);
});

test('a shell form without a shell is named', async () => {
  expect((await lines({}, { Entrypoint: ['/bin/sh', '-c', 'exit'] }, ['usr/bin/sh'])).at(0)).toBe(
    'entrypoint error: /bin/sh ENTRYPOINT runs /bin/sh, which is not in the image',
  );
});

describe('the USER', () => {
  const app = (more: object): Node => ({ content: '#!/bin/sh\n', mode: 0o750, ...more });
  const run = (changes: Nodes, User: string) => lines(changes, { Cmd: ['/srv/app'], User });

  test.each<readonly [string, string, Nodes]>([
    ['an owner', '33', { 'srv/app': app({ uid: 33 }) }],
    ['a group', 'www:33', { 'srv/app': app({ gid: 33 }) }],
    ['root', 'root', { 'srv/app': app({ uid: 1, gid: 1, mode: 0o100 }) }],
    ['a member of a group', 'www', { 'srv/app': app({ gid: 44 }), 'etc/group': 'root:x:0:\nx:x:44:www\n' }],
  ])('may execute the command as %s', async (_who, user, changes) => {
    expect(await run(changes, user)).toEqual([]);
  });

  test.each<readonly [string, Nodes, string]>([
    ['33:33', { 'srv/app': app({}) }, 'which the USER may not execute it (mode 0750, of 0:0)'],
    ['33', { 'srv/app': app({ mode: 0o711 }) }, 'which the USER may not read it (mode 0711, of 0:0)'],
    // The owner's bits count for the owner, whatever others may.
    [
      '33',
      { 'srv/app': app({ uid: 33, mode: 0o055 }) },
      'which the USER may not execute it (mode 0055, of 33:0)',
    ],
    [
      '33:33',
      { srv: { folder: true, mode: 0o700 }, 'srv/app': app({ mode: 0o755 }) },
      'which the USER may not enter /srv (mode 0700, of 0:0)',
    ],
  ])('%s may not', async (user, changes, fault) => {
    expect(await run(changes, user)).toEqual([`entrypoint error: /srv/app CMD runs /srv/app, ${fault}`]);
  });
});
