import { describe, expect, test } from 'vitest';
import { KublerError } from '../../../../src/errors.ts';
import type { FileTest } from '../../../../src/model/image-tests.ts';
import { checkFile } from '../../../../src/stages/image-test/check-file.ts';
import { makeTree } from '../../../support/make-tree.ts';

const tree = makeTree({
  'etc/': {},
  'etc/app.conf': { text: 'port 80\n', mode: 0o640, uid: 33, gid: 34 },
  'etc/link': { target: 'app.conf' },
  'etc/broken': { target: 'nowhere' },
  'usr/': {},
  'usr/lib/': { mode: 0o1777 },
  lib: { target: 'usr/lib' },
  'usr/lib/x.so': { text: '' },
});

const check = (test: FileTest) =>
  checkFile(
    {
      tree,
      lookupOwner: (owner) => {
        if (owner.startsWith('nobody')) throw new KublerError('IMAGE_INVALID', 'cannot find user');
        return owner.startsWith('www') ? { uid: 33, gid: 34 } : { uid: 0, gid: 0 };
      },
      readContent: () => Promise.resolve('port 80\n'),
    },
    test,
  );

describe('a file that is as it must be', () => {
  test.each<FileTest>([
    { path: '/etc/app.conf' },
    { path: '/etc/app.conf', type: 'file', mode: '0640', owner: 'www:www', content: 'port 80' },
    { path: '/etc/app.conf', mode: '640', owner: 'www' },
    { path: '/etc/link', type: 'file', content: { contains: '80' } },
    { path: '/etc/link', type: 'symlink', target: 'app.conf' },
    { path: '/lib/x.so', type: 'file' },
    { path: '/lib/', type: 'directory', mode: '1777' },
    { path: '/lib', type: 'symlink', target: 'usr/lib' },
    { path: '/', type: 'directory' },
    { path: '/bin/sh', exists: false },
    { path: '/etc/broken', type: 'symlink' },
  ])('%j', async (each) => {
    expect(await check(each)).toEqual([]);
  });
});

describe('one that is not', () => {
  test.each<[FileTest, readonly string[]]>([
    [{ path: '/bin/sh' }, ['it is not there']],
    [{ path: '/etc/broken' }, ['it is not there']],
    [{ path: '/etc/broken', exists: false }, ['it is there']],
    [{ path: '/etc/app.conf', exists: false }, ['it is there']],
    [{ path: '/lib', type: 'file' }, ['type is directory instead of file']],
    [
      { path: '/etc/app.conf', mode: '0644', owner: 'root:root', content: 'port 81' },
      [
        'mode is 0640 instead of 0644',
        'owner is 33:34 instead of root:root',
        'content is "port 80" instead of "port 81"',
      ],
    ],
    [{ path: '/etc/link', target: 'other' }, ['target is app.conf instead of other']],
    [{ path: '/etc', content: '' }, ['it is a directory, without content']],
  ])('%j', async (each, reasons) => {
    expect(await check(each)).toEqual(reasons);
  });

  test('an owner nobody knows is an error', async () => {
    await expect(check({ path: '/etc', owner: 'nobody' })).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });
});
