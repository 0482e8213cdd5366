import { describe, expect, test } from 'vitest';
import { lookupUser } from '../../../src/model/lookup-user.ts';

const passwd =
  'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/sbin/nologin\napp:x:1000:100:A,B:/home/app:\n77:x:78:78::/odd:\nbad:x:no:1::/:\n';
const group = 'root:x:0:\nadm:x:4:app,www-data\nwww-data:x:33:\nusers:x:100:\nssl:x:110:app\n';

describe('lookupUser', () => {
  test.each([
    ['', { uid: 0, gid: 0, additionalGids: [], home: '/root' }],
    ['root', { uid: 0, gid: 0, additionalGids: [], home: '/root' }],
    ['app', { uid: 1000, gid: 100, additionalGids: [4, 110], home: '/home/app' }],
    ['1000', { uid: 1000, gid: 100, additionalGids: [4, 110], home: '/home/app' }],
    ['app:adm', { uid: 1000, gid: 4, additionalGids: [], home: '/home/app' }],
    ['app:4242', { uid: 1000, gid: 4242, additionalGids: [], home: '/home/app' }],
    ['33:33', { uid: 33, gid: 33, additionalGids: [], home: '/var/www' }],
    ['5000', { uid: 5000, gid: 0, additionalGids: [], home: '/' }],
    ['5000:6000', { uid: 5000, gid: 6000, additionalGids: [], home: '/' }],
    ['77', { uid: 78, gid: 78, additionalGids: [], home: '/odd' }],
    [':adm', { uid: 0, gid: 4, additionalGids: [], home: '/root' }],
  ])('"%s"', (user, expected) => {
    expect(lookupUser(passwd, group, user)).toEqual(expected);
  });

  test('needs no files for numbers', () => {
    expect(lookupUser('', '', '0')).toEqual({ uid: 0, gid: 0, additionalGids: [], home: '/' });
  });

  test.each([
    ['nope', 'cannot find user "nope": etc/passwd of the image has no such line'],
    ['bad', 'cannot find user "bad"'],
    ['app:nope', 'cannot find group "nope": etc/group'],
    ['4294967296', 'the largest number is 2147483647'],
    ['-1', 'cannot find user "-1"'],
  ])('"%s" is an error', (user, message) => {
    expect(() => lookupUser(passwd, group, user)).toThrow(
      expect.objectContaining({ code: 'IMAGE_INVALID', message: expect.stringContaining(message) as string }),
    );
  });
});
