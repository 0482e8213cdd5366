import { describe, expect, test } from 'vitest';
import type { FileEntry, Rootfs } from '../../../../src/model/tree-entry.ts';
import {
  finishCarve,
  type Accounts,
  type CarvePlan,
  type FinishCarveOptions,
} from '../../../../src/stages/carve/index.ts';
import { makeRootfs, noAccounts } from './support.ts';

const start: Accounts = {
  passwd:
    'root:x:0:0:root:/root:/bin/bash\n' +
    'daemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n' +
    'www-data:x:33:33::/var/www:/usr/sbin/nologin\n' +
    'nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n',
  group:
    'root:x:0:\ndaemon:x:1:\nadm:x:4:\nssl-cert:x:9:nobody\nwww-data:x:33:\nshadow:x:42:\nusers:x:100:\nnogroup:x:65534:\n',
  shadow:
    'root:*:20000:0:99999:7:::\ndaemon:*:20000:0:99999:7:::\nwww-data:*:20000:0:99999:7:::\nnobody:*:20000:0:99999:7:::\n',
  gshadow: 'root:*::\ndaemon:*::\nadm:*::\nwww-data:*::\nshadow:*::\nusers:*::\nnogroup:*::\n',
};

const accountEntries = ['d etc', 'f etc/passwd', 'f etc/group', 'f etc/shadow 0:42', 'f etc/gshadow 0:42'];

const plan = (changes: Partial<CarvePlan> = {}): CarvePlan => ({
  ...{
    mode: 'packages',
    paths: [],
    shipped: new Map(),
    links: new Map(),
    owners: new Map(),
    reasons: new Map(),
    deleted: [],
    unfit: { sockets: 0, devices: 0 },
    inheritsShadow: false,
  },
  packages: [{ name: 'app', version: '1', architecture: 'amd64' }],
  ...changes,
});

type Changes = Partial<Omit<FinishCarveOptions, 'accounts'>> & {
  readonly end?: Partial<Accounts>;
  readonly parent?: Partial<Accounts>;
  readonly entries?: readonly string[];
};

function finish({ end, parent, entries = [], ...rest }: Changes): Rootfs {
  const rootfs = makeRootfs([...accountEntries, ...entries]);
  const accounts = { start, end: { ...start, ...end }, parent };
  return finishCarve({ rootfs, plan: plan(), accounts, user: '', hooks: new Map(), epoch: 1000, ...rest });
}

const text = (rootfs: Rootfs, path: string): string | undefined => {
  const content = (rootfs.get(path) as FileEntry | undefined)?.content;
  return content?.kind === 'bytes' ? Buffer.from(content.bytes).toString() : undefined;
};

const names = (rootfs: Rootfs, file: string): string[] =>
  (text(rootfs, `etc/${file}`) ?? '').split('\n').flatMap((line) => line.split(':')[0] || []);

describe('finishCarve', () => {
  test('notes where entries come from', () => {
    const owners = new Map([['usr/bin/app', 'app']]);
    const hooks = new Map([
      ['usr/bin/app', 'finish_rootfs_build'],
      ['srv/hooked', 'finish_rootfs_build'],
    ]);
    const entries = ['f usr/bin/app', 'f srv/hooked', 'f srv/made'];
    const reasons = new Map([['app', undefined]]);
    const rootfs = finish({ plan: plan({ owners, reasons }), entries, hooks });
    expect(rootfs.get('usr/bin/app')?.origin).toEqual({ kind: 'package', name: 'app' });
    // A package that is not kept: the file there is the hook's.
    const replaced = finish({ plan: plan({ owners }), entries, hooks });
    expect(replaced.get('usr/bin/app')?.origin).toEqual({ kind: 'hook', hook: 'finish_rootfs_build' });
    expect(rootfs.get('srv/hooked')?.origin).toEqual({ kind: 'hook', hook: 'finish_rootfs_build' });
    expect(rootfs.get('srv/made')?.origin).toEqual({ kind: 'script' });
    expect(rootfs.get('etc/passwd')?.origin).toEqual({ kind: 'kubler' });
  });

  test('writes root alone when nothing else is needed, and no shadow files', () => {
    const rootfs = finish({});
    expect(text(rootfs, 'etc/passwd')).toBe('root:x:0:0:root:/root:/bin/bash\n');
    expect(text(rootfs, 'etc/group')).toBe('root:x:0:\n');
    expect([...rootfs.keys()]).toEqual(['etc', 'etc/group', 'etc/passwd']);
    expect(rootfs.get('etc/passwd')).toMatchObject({ mtime: 1000, size: 32, mode: 0o644 });
  });

  test('keeps the owners of files and their groups', () => {
    const rootfs = finish({ entries: ['d var/www 33:4'] });
    expect(names(rootfs, 'passwd')).toEqual(['root', 'www-data']);
    expect(names(rootfs, 'group')).toEqual(['root', 'adm', 'www-data']);
  });

  test.each([
    ['nobody', ['root', 'nobody'], ['root', 'ssl-cert', 'nogroup']],
    ['33', ['root', 'www-data'], ['root', 'www-data']],
    ['nobody:adm', ['root', 'nobody'], ['root', 'adm', 'ssl-cert', 'nogroup']],
    ['1000:100', ['root'], ['root', 'users']],
  ])('keeps what USER %s names', (user, users, groups) => {
    const rootfs = finish({ user });
    expect(names(rootfs, 'passwd')).toEqual(users);
    expect(names(rootfs, 'group')).toEqual(groups);
  });

  test('keeps accounts that were added, their groups, and of members only those that are kept', () => {
    const end = {
      passwd: `${start.passwd}redis:x:101:102::/var/lib/redis:/usr/sbin/nologin\n`,
      group: `${start.group.replace('users:x:100:', 'users:x:100:redis,daemon')}redis:x:102:\n`,
    };
    const rootfs = finish({ end });
    expect(names(rootfs, 'passwd')).toEqual(['root', 'redis']);
    expect(text(rootfs, 'etc/group')).toBe('root:x:0:\nusers:x:100:redis\nredis:x:102:\n');
  });

  test('has the parent’s accounts, in the order of the target root', () => {
    const parent = {
      passwd: 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n',
      group: 'root:x:0:\nssl-cert:x:9:nobody\nnogroup:x:65534:\n',
    };
    expect(names(finish({ parent, entries: ['d www 33:33'] }), 'passwd')).toEqual([
      'root',
      'www-data',
      'nobody',
    ]);
    // Nothing new: the parent's files serve.
    expect([...finish({ parent }).keys()]).toEqual([]);
  });

  describe('a parent whose Dockerfile copied account files', () => {
    const root = 'root:x:0:0:root:/root:/bin/bash\n';
    const parent = {
      passwd: `# ours\nroot:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/bin/app\n`,
      group: 'root:x:0:\nusers:x:100:app\napp:x:1000:\n',
    };

    test('has its lines in a child, and in the order of the target root what it adds', () => {
      expect([...finish({ parent }).keys()]).toEqual([]);
      const rootfs = finish({ parent, entries: ['d www 33:33'] });
      expect(text(rootfs, 'etc/passwd')).toBe(
        `${parent.passwd}www-data:x:33:33::/var/www:/usr/sbin/nologin\n`,
      );
      expect(text(rootfs, 'etc/group')).toBe('root:x:0:\nwww-data:x:33:\nusers:x:100:app\napp:x:1000:\n');
    });

    test('gets what the child changes, and no more', () => {
      const end = {
        passwd: start.passwd.replace(root, 'root:x:0:0:admin:/root:/bin/bash\n'),
        group: start.group.replace('users:x:100:', 'users:x:100:www-data'),
      };
      const rootfs = finish({ parent, end, entries: ['d www 33:33'] });
      expect(text(rootfs, 'etc/passwd')).toContain('\nroot:x:0:0:admin:/root:/bin/sh\n');
      expect(text(rootfs, 'etc/group')).toContain('\nusers:x:100:www-data,app\n');
    });

    test('loses an account that the child removes', () => {
      const ours = { passwd: `${parent.passwd}nobody:x:65534:65534::/:/bin/sh\n`, group: parent.group };
      const passwd = start.passwd.replace(/nobody.*\n/, '');
      expect(names(finish({ parent: ours, end: { passwd } }), 'passwd')).toEqual(['# ours', 'root', 'app']);
    });
  });

  test('a static image has no account files, unless it names a user', () => {
    const bare = plan({ packages: [] });
    expect([...finish({ plan: bare, entries: ['f hello'] }).keys()]).toEqual(['hello']);
    expect([...finish({ plan: bare, entries: ['f hello'], user: '1000:1000' }).keys()]).toEqual(['hello']);
    expect(names(finish({ plan: bare, user: 'nobody' }), 'passwd')).toEqual(['root', 'nobody']);
    expect(names(finish({ plan: bare, user: 'root' }), 'passwd')).toEqual(['root']);
    expect(names(finish({ plan: bare, entries: ['f data 33:33'] }), 'passwd')).toEqual(['root', 'www-data']);
  });

  test('a folder etc with something else in it stays', () => {
    const rootfs = finish({ plan: plan({ packages: [] }), entries: ['f etc/app.conf'] });
    expect([...rootfs.keys()]).toEqual(['etc', 'etc/app.conf']);
  });

  test('a whole root keeps every account', () => {
    const rootfs = finish({ plan: plan({ mode: 'whole' }) });
    expect(names(rootfs, 'passwd')).toEqual(['root', 'daemon', 'www-data', 'nobody']);
    expect(names(rootfs, 'gshadow')).toHaveLength(7);
  });
});

describe('shadow files', () => {
  const pam = plan({ packages: [{ name: 'libpam-modules', version: '1', architecture: 'amd64' }] });

  test('come with what checks passwords, and bring the group that owns them', () => {
    const rootfs = finish({ plan: pam });
    expect(text(rootfs, 'etc/shadow')).toBe('root:*::0:99999:7:::\n');
    expect(names(rootfs, 'group')).toEqual(['root', 'shadow']);
    expect(text(rootfs, 'etc/gshadow')).toBe('root:*::\nshadow:*::\n');
  });

  test('come with a password one can log in with', () => {
    const passwd = `${start.passwd}op:x:1000:100::/home/op:/bin/sh\n`;
    const withHash = (hash: string) =>
      finish({ end: { passwd, shadow: `${start.shadow}op:${hash}:20000:0:99999:7:::\n` } });
    expect(names(withHash('$y$j9T$abc'), 'shadow')).toEqual(['root', 'op']);
    expect(withHash('!').has('etc/shadow')).toBe(false);
  });

  test('stay when the parent has them', () => {
    const rootfs = finish({
      plan: plan({ packages: [], inheritsShadow: true }),
      parent: { ...noAccounts, passwd: 'root:x:0:0::/:\n' },
    });
    expect(rootfs.has('etc/shadow')).toBe(true);
  });

  test('do not tell the day of the build, but a change that is due stays', () => {
    const dated = (root: string) =>
      text(finish({ plan: pam, end: { shadow: `root:*:${root}:0:99999:7:::\n` } }), 'etc/shadow');
    expect(dated('20500')).toBe(dated('19000'));
    expect(dated('0')).toBe('root:*:0:0:99999:7:::\n');
  });
});
