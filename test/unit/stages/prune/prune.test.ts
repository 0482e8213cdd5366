import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rootfs } from '../../../../src/model/tree-entry.ts';
import { prune, type PruneOptions } from '../../../../src/stages/prune/index.ts';
import { countTree } from '../../../../src/model/count-removed.ts';
import { dir, link, makeRootfs, type Node } from '../../../support/make-rootfs.ts';

const defaults: PruneOptions = {
  rules: [],
  keep: [],
  keepHeaders: false,
  keepStaticLibs: false,
  protect: new Set(),
};
const pruned = (nodes: Readonly<Record<string, Node>>, options: Partial<PruneOptions> = {}) =>
  prune(makeRootfs(nodes), { ...defaults, ...options });
const left = (
  nodes: Readonly<Record<string, Node>>,
  options: Partial<PruneOptions> = {},
): readonly string[] =>
  [...pruned(nodes, options).rootfs.values()]
    .filter((entry) => entry.type !== 'directory')
    .map((entry) => entry.path);
const folders = (rootfs: Rootfs): readonly string[] =>
  [...rootfs.values()].filter((entry) => entry.type === 'directory').map((entry) => entry.path);

/** Rule → paths it takes, and paths beside them that it leaves. */
const hitsAndMisses: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'identity',
    [
      'etc/machine-id',
      'etc/ssh/ssh_host_ed25519_key',
      'etc/ssh/ssh_host_rsa_key.pub',
      'etc/ssl/private/ssl-cert-snakeoil.key',
      'var/lib/postgresql/15/main/global/pg_control',
      'etc/postgresql/15/main/pg_hba.conf',
      'var/lib/mysql/ibdata1',
    ],
    ['etc/ssh/sshd_config', 'var/lib/postgresql/data/x', 'usr/share/postgresql/15/pg_hba.conf.sample'],
  ],
  ['volatile', ['run/mount/utab', 'tmp/.x', 'dev/null2', 'var/tmp/y'], ['srv/tmp/x', 'var/runner']],
  [
    'leftovers',
    [
      'etc/passwd-',
      'etc/.pwd.lock',
      'etc/resolv.conf',
      'etc/ld.so.cache',
      'var/cache/ldconfig/aux-cache',
      'etc/default/x.dpkg-old',
      '.kubler-apt',
      '.dockerenv',
    ],
    ['etc/passwd', 'etc/ld.so.conf'],
  ],
  ['apt-lists', ['var/lib/apt/lists/deb_Packages', 'var/cache/apt/pkgcache.bin'], []],
  ['apt-state', ['etc/apt/sources.list', 'var/lib/apt/extended_states'], ['usr/share/keyrings/x.gpg']],
  [
    'dpkg-state',
    ['var/lib/dpkg/status', 'var/cache/debconf/config.dat', 'var/lib/ucf/hashfile'],
    ['var/lib/dpkg/status.d/libc6', 'usr/lib/dpkg/x'],
  ],
  ['caches', ['var/cache/fontconfig/x'], []],
  ['logs', ['var/log/dpkg.log', 'var/log/apt/term.log'], []],
  [
    'docs',
    ['usr/share/doc/curl/README', 'usr/share/doc/curl/examples/x', 'usr/share/doc-base/curl'],
    [
      'usr/share/doc/curl/copyright',
      'usr/share/doc/curl/LICENSE.txt',
      'usr/share/doc/curl/NOTICE',
      'usr/share/common-licenses/GPL-3',
    ],
  ],
  ['man', ['usr/share/man/man1/ls.1.gz', 'usr/local/man/man1/x.1'], ['usr/bin/man']],
  ['info', ['usr/share/info/dir'], []],
  ['gtk-doc', ['usr/share/gtk-doc/html/x'], []],
  ['help', ['usr/share/help/C/x'], []],
  ['lintian', ['usr/share/lintian/overrides/x'], []],
  ['bug', ['usr/share/bug/x/control'], []],
  [
    'completions',
    ['usr/share/bash-completion/completions/curl'],
    ['usr/share/bash-completion/bash_completion'],
  ],
  [
    'headers',
    [
      'usr/include/stdio.h',
      'usr/lib/x86_64-linux-gnu/glib-2.0/include/g.h',
      'usr/lib/x86_64-linux-gnu/Scrt1.o',
    ],
    ['usr/lib/x/plugin.o'],
  ],
  [
    'static-libs',
    ['usr/lib/x86_64-linux-gnu/libz.a', 'usr/lib/x86_64-linux-gnu/libz.la'],
    ['usr/lib/x86_64-linux-gnu/libz.so.1', 'usr/lib/x86_64-linux-gnu/ImageMagick/coders/png.la'],
  ],
  ['pkg-config', ['usr/lib/x86_64-linux-gnu/pkgconfig/z.pc', 'usr/share/pkgconfig/x.pc'], []],
  ['cmake', ['usr/lib/x86_64-linux-gnu/cmake/x/x.cmake'], ['usr/share/cmake-3.25/Modules/x.cmake']],
  ['aclocal', ['usr/share/aclocal/x.m4'], []],
  ['gir', ['usr/share/gir-1.0/x.gir'], ['usr/lib/x86_64-linux-gnu/girepository-1.0/x.typelib']],
  ['vala', ['usr/share/vala/vapi/x.vapi'], []],
  [
    'debug',
    [
      ...['usr/lib/debug/.build-id/00/1.debug', 'usr/share/gdb/auto-load/x.py'],
      ...['usr/lib/x86_64-linux-gnu/libmemusage.so', 'usr/lib/aarch64-linux-gnu/libc_malloc_debug.so.0'],
      'usr/lib64/libpcprofile.so',
    ],
    // OpenJDK's serviceability agent needs it.
    ['usr/lib/x86_64-linux-gnu/libthread_db.so.1', 'usr/lib/x86_64-linux-gnu/libc.so.6'],
  ],
  [
    'locales',
    ['usr/share/locale/de/LC_MESSAGES/ls.mo', 'usr/share/i18n/charmaps/UTF-8.gz'],
    ['usr/lib/locale/C.utf8/LC_CTYPE', 'usr/lib/locale/locale-archive', 'usr/share/locale/locale.alias'],
  ],
  [
    'charsets',
    [
      'usr/lib/x86_64-linux-gnu/gconv/SJIS.so',
      'usr/lib/x86_64-linux-gnu/gconv/libJIS.so',
      'usr/lib/x86_64-linux-gnu/gconv/gconv-modules.d/gconv-modules-extra.conf',
    ],
    [
      'usr/lib/x86_64-linux-gnu/gconv/gconv-modules',
      'usr/lib/x86_64-linux-gnu/gconv/UTF-16.so',
      'usr/lib/x86_64-linux-gnu/gconv/ISO8859-1.so',
      'usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache',
    ],
  ],
  ['perl-docs', ['usr/share/perl/5.36.0/pod/perl.pod'], ['usr/share/perl/5.36.0/pod/perldiag.pod']],
  ['desktop', ['usr/share/applications/x.desktop', 'usr/share/pixmaps/x.xpm'], ['usr/share/icons/x.png']],
  ['zoneinfo-variants', ['usr/share/zoneinfo/right/UTC'], ['usr/share/zoneinfo/Europe/Berlin']],
  [
    'systemd',
    ['usr/lib/systemd/system/x.service', 'lib/systemd/system/x.service', 'etc/systemd/system/y.timer'],
    ['etc/systemd/journald.conf'],
  ],
  ['init-links', ['etc/rc2.d/S01x', 'etc/rcS.d/K01y'], ['etc/init.d/x', 'etc/rc.local']],
];

describe('a rule', () => {
  test.each(hitsAndMisses)('%s takes what it names and nothing beside it', (rule, hits, misses) => {
    const { rootfs, receipts } = pruned(Object.fromEntries([...hits, ...misses].map((path) => [path, 'x'])));
    expect(misses.filter((path) => !rootfs.has(path))).toEqual([]);
    expect(receipts).toEqual([
      { rule, files: hits.length, bytes: hits.length, examples: hits.map((path) => `/${path}`).sort() },
    ]);
  });

  test.each([
    ['python-tests', 'usr/lib/python3.11/test/regrtest.py'],
    ['objects', 'usr/lib64/x/a.c'],
    ['objects', 'lib/x.o'],
    ['objects', 'usr/lib/libQt.prl'],
    ['icons', 'usr/share/icons/x.png'],
    ['zoneinfo', 'usr/share/zoneinfo/Europe/Berlin'],
    ['init-scripts', 'etc/init.d/x'],
  ])('%s applies only when asked for', (rule, path) => {
    expect(left({ [path]: 'x' })).toEqual([path]);
    expect(left({ [path]: 'x' }, { rules: [rule] })).toEqual([]);
  });

  test('is switched off by name, and the last word counts', () => {
    const nodes = { 'usr/share/man/man1/x.1': 'x', 'usr/share/info/x': 'x' };
    expect(left(nodes, { rules: ['-man'] })).toEqual(['usr/share/man/man1/x.1']);
    expect(left(nodes, { rules: ['-man', 'man'] })).toEqual([]);
    expect(left(nodes, { rules: ['-all', 'info'] })).toEqual(['usr/share/man/man1/x.1']);
  });

  test('that always applies is not switched off', () => {
    expect(left({ 'etc/machine-id': 'x' }, { rules: ['-all', '-identity'] })).toEqual([]);
  });

  test('python-cache leaves compiled files without a source', () => {
    const nodes = {
      'usr/lib/python3/a/x.py': '',
      'usr/lib/python3/a/__pycache__/x.cpython-311.pyc': '',
      'usr/lib/python3/a/__pycache__/y.cpython-311.pyc': '',
      'usr/lib/python3/b/z.pyc': '',
    };
    expect(left(nodes)).toEqual([
      'usr/lib/python3/a/__pycache__/y.cpython-311.pyc',
      'usr/lib/python3/a/x.py',
      'usr/lib/python3/b/z.pyc',
    ]);
  });

  test.each([
    ['usr/bin/dpkg', 'var/lib/dpkg/status'],
    ['usr/bin/apt-get', 'etc/apt/sources.list'],
    ['usr/lib/systemd/systemd', 'usr/lib/systemd/system/x.service'],
  ])('spares what %s works with, here or in the parent image', (tool, state) => {
    expect(left({ [tool]: 'x', [state]: 'x' })).toEqual([tool, state].sort());
    expect(left({ [state]: 'x' }, { protect: new Set([tool]) })).toEqual([state]);
    expect(left({ [state]: 'x' })).toEqual([]);
  });

  test('of development files yields to _keep_headers and _keep_static_libs', () => {
    const nodes = {
      'usr/include/z.h': 'x',
      'usr/lib/pkgconfig/z.pc': 'x',
      'usr/lib/libz.a': 'x',
      'usr/lib/crt1.o': 'x',
    };
    expect(left(nodes, { keepHeaders: true })).toEqual([
      'usr/include/z.h',
      'usr/lib/crt1.o',
      'usr/lib/pkgconfig/z.pc',
    ]);
    expect(left(nodes, { keepStaticLibs: true, rules: ['static-libs'] })).toEqual(['usr/lib/libz.a']);
  });
});

describe('prune', () => {
  test('leaves alone what KEEP names, by file, glob or folder', () => {
    const nodes = {
      'etc/machine-id': 'x',
      'usr/share/doc/a/x': 'x',
      'usr/share/doc/b/y': 'x',
      'run/a/b': 'x',
    };
    expect(left(nodes, { keep: ['/etc/machine-id', 'usr/share/doc/a/', 'run/*/b'] })).toEqual([
      'etc/machine-id',
      'run/a/b',
      'usr/share/doc/a/x',
    ]);
  });

  test('never touches paths of the parent image', () => {
    const nodes = { 'etc/machine-id': 'x', 'usr/share/info/x': 'x', 'usr/share/info/y': 'x' };
    const protect = new Set(['etc/machine-id', 'usr/share/info', 'usr/share/info/x']);
    expect(left(nodes, { protect })).toEqual(['etc/machine-id', 'usr/share/info/x']);
  });

  test('keeps a documentation folder that is a link while its target stays', () => {
    const nodes = {
      'usr/share/doc/libx1/copyright': 'x',
      'usr/share/doc/libx-dev': link('libx1'),
      'usr/share/doc/lost': link('gone'),
      'usr/share/doc/bare/README': 'x',
      'usr/share/doc/to-bare': link('bare'),
    };
    expect(left(nodes)).toEqual([
      'usr/share/doc/libx-dev',
      'usr/share/doc/libx1/copyright',
      'usr/share/doc/lost',
    ]);
  });

  test('removes alternatives of what it removed, and the links to them', () => {
    const { rootfs, receipts } = pruned({
      'usr/share/man/man1/awk.1.gz': link('/etc/alternatives/awk.1.gz'),
      'etc/alternatives/awk.1.gz': link('/usr/share/man/man1/mawk.1.gz'),
      'usr/share/man/man1/mawk.1.gz': 'x',
      'usr/lib/jvm/x/doc': link('/etc/alternatives/awk.1.gz'),
      'etc/alternatives/awk': link('/usr/bin/mawk'),
      'usr/bin/mawk': 'x',
    });
    expect(rootfs.has('etc/alternatives/awk')).toBe(true);
    expect(receipts.find((receipt) => receipt.rule === 'alternatives')?.examples).toEqual([
      '/etc/alternatives/awk.1.gz',
      '/usr/lib/jvm/x/doc',
    ]);
  });

  test('leaves links that dangled before, and links to where things come at run time', () => {
    const nodes = {
      'etc/mtab2': link('/proc/mounts'),
      'etc/dead': link('nowhere'),
      'etc/pid': link('/run/x/pid'),
      'run/x/pid': 'x',
    };
    expect(left(nodes)).toEqual(['etc/dead', 'etc/mtab2', 'etc/pid']);
  });

  test('removes a merged-/usr link only when its target is gone', () => {
    const nodes = { lib: link('usr/lib'), bin: link('usr/bin'), 'usr/lib/libz.a': 'x', 'usr/bin/x': 'x' };
    expect(left(nodes)).toEqual(['bin', 'usr/bin/x']);
  });

  test('removes folders it emptied and leaves those that were empty or belong to a program', () => {
    const { rootfs } = pruned({
      'usr/share/man/de/man1/x.1': 'x',
      'usr/lib/empty': dir,
      'var/lib/foo': dir,
      'var/log/apache2/access.log': 'x',
      'var/cache/apache2/mod': dir,
      'var/cache/apache2/x': 'x',
      'var/lib/postgresql/15/main/base/1': dir,
      'run/lock': dir,
      'tmp/x': 'x',
    });
    expect(folders(rootfs)).toEqual(
      [
        ['run', 'tmp', 'usr', 'usr/lib', 'usr/lib/empty', 'var', 'var/cache', 'var/cache/apache2'],
        [
          'var/cache/apache2/mod',
          'var/lib',
          'var/lib/foo',
          'var/lib/postgresql',
          'var/log',
          'var/log/apache2',
        ],
      ].flat(),
    );
  });

  test('gives mount points the owner and mode of a Debian root', () => {
    const tree = makeRootfs({ tmp: dir, proc: dir, etc: dir });
    const odd = new Map([...tree].map(([path, entry]) => [path, { ...entry, mode: 0o700, uid: 5 }]));
    const { rootfs } = prune(odd, defaults);
    expect([...rootfs.values()].map(({ path, mode, uid }) => [path, mode.toString(8), uid])).toEqual([
      ['etc', '700', 5],
      ['proc', '555', 0],
      ['tmp', '1777', 0],
    ]);
  });

  test('counts the content of a hard-linked file once, when its last name goes', () => {
    const name = (inode: number): Node => ({ content: 'four', inode });
    const { receipts } = pruned({
      'usr/share/man/a': name(1),
      'usr/share/man/b': name(1),
      'usr/share/man/c': name(2),
      'usr/bin/c': name(2),
    });
    expect(receipts).toMatchObject([{ rule: 'man', files: 3, bytes: 4 }]);
  });

  test('receipts sum up to the difference of the trees, and pruning again changes nothing', () => {
    const part = fc.constantFrom(
      'usr',
      'share',
      'doc',
      'man',
      'x.a',
      'lib',
      'var',
      'log',
      'etc',
      'run',
      'copyright',
    );
    const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const file = fc.record({ content: fc.string(), inode: fc.option(fc.integer({ min: 1, max: 3 })) });
    const node = fc.oneof(
      file.map(({ content, inode }): Node => (inode === null ? content : { content: 'linked', inode })),
      fc.constant<Node>(dir),
      path.map((target) => link(`/${target}`)),
    );
    const keep = fc.array(path, { maxLength: 2 });
    fc.assert(
      fc.property(fc.dictionary(path, node), keep, (nodes, kept) => {
        const tree = makeRootfs(nodes);
        const { rootfs, receipts } = prune(tree, { ...defaults, keep: kept });
        const before = countTree(tree);
        const after = countTree(rootfs);
        const sum = (field: 'files' | 'bytes') =>
          receipts.reduce((total, receipt) => total + receipt[field], 0);
        expect({ files: sum('files'), bytes: sum('bytes') }).toEqual({
          files: before.files - after.files,
          bytes: before.bytes - after.bytes,
        });
        expect(prune(rootfs, { ...defaults, keep: kept }).receipts).toEqual([]);
      }),
    );
  });
});
