import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSpool } from '../../src/stages/rootfs/index.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

const dir = useTempDir();

requires(
  'root',
  'tar',
  'setfattr',
  'mknod',
)('a spool that GNU tar wrote as root', () => {
  it('keeps capabilities and user attributes, and tells of devices and other attributes', async () => {
    const root = join(dir, 'root');
    mkdirSync(root);
    const capability = '0x0100000200200000000000000000000000000080';
    for (const name of ['ping', 'labelled']) writeFileSync(join(root, name), 'x');
    const set = (name: string, value: string, file: string) =>
      execFileSync('setfattr', ['-n', name, '-v', value, join(root, file)]);
    set('security.capability', capability, 'ping');
    set('user.note', '0xff00fe', 'ping');
    set('trusted.label', '0x01', 'labelled');
    execFileSync('mknod', [join(root, 'null'), 'c', '1', '3']);
    const file = join(dir, 'spool.tar');
    execFileSync('tar', [
      ...['--format=pax', '--numeric-owner', '--xattrs', '--xattrs-include=*', '--sort=name'],
      ...['-cf', file, '-C', root, '.'],
    ]);
    const { rootfs, dropped } = await readSpool(file);
    const attributes = [...rootfs.get('ping')!.xattrs].map(([name, value]) => [
      name,
      `0x${Buffer.from(value).toString('hex')}`,
    ]);
    expect(attributes.sort()).toEqual([
      ['security.capability', capability],
      ['user.note', '0xff00fe'],
    ]);
    expect([...rootfs.keys()]).toEqual(['labelled', 'ping']);
    expect(dropped).toEqual({ devices: 1, xattrs: new Map([['trusted.label', 1]]) });
  });
});
