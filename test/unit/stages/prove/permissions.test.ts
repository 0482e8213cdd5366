import { describe, expect, test } from 'vitest';
import { dir, link, program } from '../../../support/make-rootfs.ts';
import { exe, findings, lines, type Nodes } from '../../../support/small-debian.ts';

const origin = { kind: 'package', name: 'x' } as const;
const subjects = async (changes: Nodes, code: string) =>
  (await findings(changes))
    .filter((each) => each.code === code)
    .map(({ severity, subject }) => `${severity} ${subject}`);

test('setuid: names what no package brought, or no distribution sets it for', async () => {
  const setuid = (mode: number, from?: typeof origin) => ({
    content: 'x',
    mode,
    ...(from && { origin: from }),
  });
  expect(
    await subjects(
      {
        'usr/bin/su': setuid(0o4755, origin),
        'usr/bin/at': setuid(0o6755, origin),
        'usr/bin/bash': setuid(0o4755, origin),
        'usr/local/bin/su': setuid(0o4755),
        'usr/bin/group': setuid(0o2755),
        'var/mail/file': setuid(0o2644),
        'var/mail': { folder: true, mode: 0o2775 },
      },
      'setuid',
    ),
  ).toEqual(['warning /usr/bin/bash', 'warning /usr/bin/group', 'warning /usr/local/bin/su']);
});

test('setuid: goes by names where nothing says whose files are', async () => {
  const programs = { 'usr/bin/su': { content: 'x', mode: 0o4755 }, 'srv/x': { content: 'x', mode: 0o4755 } };
  expect(await lines(programs)).toEqual([
    'setuid warning: /srv/x runs as user 0, whoever starts it (mode 4755), and is not known for that',
  ]);
});

test('world-writable: names files, and folders without the sticky bit', async () => {
  expect(
    await lines({
      tmp: { folder: true, mode: 0o1777 },
      'srv/open': { folder: true, mode: 0o777 },
      'srv/file': { content: 'x', mode: 0o666 },
      'srv/link': link('file'),
    }),
  ).toEqual([
    'world-writable warning: /srv/file can be changed by everyone (mode 0666)',
    'world-writable warning: /srv/open can be emptied and filled by everyone (mode 0777)',
  ]);
});

describe('private-key', () => {
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${'b3BlbnNzaC1rZXkt'.repeat(4)}\n`;

  test('names keys, wherever they stand in a file, but no examples of packages', async () => {
    expect(
      await subjects(
        {
          'root/.ssh/id': key,
          'srv/bundle.pem': `${'certificate\n'.repeat(1000)}${key}`,
          'srv/run': program(`#!/bin/sh\n${key}`),
          'srv/words': 'a PRIVATE KEY is not in here, only the words and some more to be long enough',
          'usr/lib/python3/test/key.pem': key,
          'etc/ssl/example.pem': { content: key, origin },
          'usr/share/mine.pem': { content: key, origin: { kind: 'dockerfile', line: 3 } },
        },
        'private-key',
      ),
    ).toEqual([
      'error /root/.ssh/id',
      'error /srv/bundle.pem',
      'error /srv/run',
      'error /usr/share/mine.pem',
    ]);
  });

  test('warns of keys that an installation makes', async () => {
    const made = { 'etc/ssh/ssh_host_rsa_key': key, 'etc/ssl/private/ssl-cert-snakeoil.key': key };
    expect(await subjects(made, 'private-key')).toEqual([
      'warning /etc/ssh/ssh_host_rsa_key',
      'warning /etc/ssl/private/ssl-cert-snakeoil.key',
    ]);
  });
});

describe('path', () => {
  const warnings = (path: string, changes: Nodes = {}) =>
    lines(changes, { Env: [`PATH=${path}`], Cmd: ['/bin/sh'] });

  test('names folders that are relative or open to all', async () => {
    expect(await warnings('/usr/bin:bin::/srv', { srv: { folder: true, mode: 0o1777 } })).toEqual([
      'path warning: /srv is in PATH, and everyone may write to it, so that anyone can put commands there',
      'path warning: PATH is in PATH, and an empty name means the folder a command is started in',
      'path warning: bin is in PATH, and it means the folder a command is started in',
    ]);
  });

  test('names a PATH of which nothing is there', async () => {
    expect(await warnings('/none')).toEqual([
      'path warning: /none is PATH, and none of its folders is in the image',
    ]);
    expect(await warnings('/none:/usr/bin')).toEqual([]);
  });
});

describe('usr-merge', () => {
  const code = (changes: Nodes, gone: readonly string[] = []) =>
    lines(changes, {}, gone).then((all) => all.filter((line) => line.startsWith('usr-merge')));
  const hides = (severity: string, name: string, other: string) =>
    `usr-merge ${severity}: /${name} is a folder and hides what is in /usr/${name}, while /${other} is a link into /usr`;

  test('names a folder in the place of a link', async () => {
    expect(await code({ 'bin/tool': 'x' }, ['bin'])).toEqual([hides('error', 'bin', 'lib')]);
    expect(await code({ 'bin/tool': 'x' }, ['bin', 'lib64', `usr/lib64/x`])).toEqual([
      hides('warning', 'bin', 'lib'),
    ]);
  });

  test('takes other layouts: nothing merged, and a folder that hides nothing', async () => {
    expect(await code({ 'bin/tool': 'x', 'lib/x': 'x' }, ['bin', 'lib', 'lib64'])).toEqual([]);
    expect(await code({ 'sbin/tool': exe(), 'usr/sbin': dir })).toEqual([]);
  });
});
