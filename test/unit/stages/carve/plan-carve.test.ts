import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, parentPath } from '../../../../src/model/tree-entry.ts';
import { planCarve, type CarveOptions, type CarvePlan } from '../../../../src/stages/carve/index.ts';
import { makeListing, makeState } from './support.ts';

/** A small merged-/usr base: libc6 as Debian ships it, dash nobody needs, files that scripts made. */
const base = [
  'l bin -> usr/bin',
  'l sbin -> usr/sbin',
  'l lib -> usr/lib',
  'l lib64 -> usr/lib64',
  'd usr/sbin',
  'f usr/lib/libc.so.6',
  'l usr/lib64/ld.so -> /lib/ld.so',
  'f usr/lib/ld.so',
  'f usr/bin/dash',
  'f etc/passwd',
  'f etc/group',
  'f etc/shadow',
  'f etc/nsswitch.conf',
  'f etc/pam.d/common-auth',
  'f etc/os-release',
  'f var/lib/dpkg/status',
  'f var/log/bootstrap.log',
  'd tmp',
  'd run',
];
const basePackages = {
  libc6: { files: ['/lib', '/lib/libc.so.6', '/lib/ld.so', '/lib64', '/lib64/ld.so'] },
  dash: { files: ['/bin', '/bin/dash'], depends: 'libc6' },
  'base-files': { files: ['/etc', '/etc/os-release', '/run', '/tmp', '/var', '/var/log', '/usr/sbin'] },
};
const withJq = { ...basePackages, jq: { files: ['/usr', '/usr/bin', '/usr/bin/jq'], depends: 'libc6' } };

function plan(options: Partial<CarveOptions> & { readonly added?: readonly string[] }): CarvePlan {
  const { added = ['f usr/bin/jq'], ...rest } = options;
  return planCarve({
    mode: 'packages',
    state: makeState(withJq),
    before: makeListing(base),
    after: makeListing([...base, ...added]),
    requested: ['jq'],
    provided: [],
    keep: [],
    ...rest,
  });
}

describe('planCarve by packages', () => {
  test('keeps the closure at its real place, and the links of a merged /usr that lead there', () => {
    const { paths, packages, owners } = plan({});
    expect(paths).toEqual([
      'bin',
      'etc',
      'etc/group',
      'etc/nsswitch.conf',
      'etc/os-release',
      'etc/passwd',
      'etc/shadow',
      'lib',
      'lib64',
      'run',
      'tmp',
      'usr',
      'usr/bin',
      'usr/bin/jq',
      'usr/lib',
      'usr/lib/ld.so',
      'usr/lib/libc.so.6',
      'usr/lib64',
      'usr/lib64/ld.so',
    ]);
    expect(packages.map(({ name }) => name)).toEqual(['jq', 'libc6']);
    expect(owners.get('usr/lib/libc.so.6')).toBe('libc6');
    expect(owners.get('etc/os-release')).toBe('base-files');
    expect(owners.has('etc/passwd')).toBe(false);
  });

  test('keeps what was made or changed and nobody owns', () => {
    const added = ['f usr/bin/jq', 'f srv/made', 'd srv/empty', 'f usr/bin/dash #2', 'f etc/environment'];
    const { paths, owners } = plan({ added });
    expect(paths).toEqual(expect.arrayContaining(['srv', 'srv/made', 'srv/empty', 'etc/environment']));
    expect(paths).not.toContain('usr/bin/dash');
    expect(owners.has('srv/made')).toBe(false);
  });

  test('a log folder is kept, logs and other leavings of a build are not', () => {
    const added = [
      'f usr/bin/jq',
      'd var/log/app',
      'f var/log/app/app.log',
      'f run/pid',
      'f tmp/x',
      'f var/tmp/x',
      'f dev/null',
      'f var/lib/apt/lists/x',
      'f var/cache/apt/pkgcache.bin',
      'f var/cache/debconf/config.dat',
      'f var/lib/dpkg/status #2',
      'f etc/ld.so.cache',
      'd .kubler-apt',
      'f etc/shadow-',
      'f etc/.pwd.lock',
      's srv/socket',
      'c srv/device',
    ];
    const folders = ['dev', 'srv', 'var/tmp', 'var/log', 'var/cache/apt', 'var/cache/debconf', 'var/lib/apt'];
    const before = makeListing([...base, ...folders.map((path) => `d ${path}`)]);
    const extra = plan({ added, before }).paths.filter((path) => !plan({}).paths.includes(path));
    expect(extra).toEqual(['var', 'var/log', 'var/log/app', 'var/tmp']);
    // Nobody expects those of /dev in an image; what a hook made is told of.
    expect(plan({ added, before }).unfit).toEqual({ sockets: 1, devices: 1 });
  });

  test('keeps files a script had made in the base with the package they belong to', () => {
    const state = makeState({ ...withJq, 'libpam-runtime': { files: ['/etc/pam.conf'] } });
    expect(plan({ state }).paths).not.toContain('etc/pam.d/common-auth');
    expect(plan({ state, requested: ['libpam-runtime'] }).paths).toContain('etc/pam.d/common-auth');
  });

  test('an image without packages has only what was made', () => {
    const { paths, packages } = plan({ requested: [], added: ['f hello'] });
    expect(paths).toEqual(['etc', 'etc/group', 'etc/passwd', 'etc/shadow', 'hello']);
    expect(packages).toEqual([]);
  });

  test('follows a diversion to where the file is', () => {
    const packages = { ...withJq, other: { files: ['/bin/tool'] }, diverter: { files: ['/bin/tool'] } };
    const state = makeState(packages, '/bin/tool\n/bin/tool.real\ndiverter\n');
    const added = ['f usr/bin/jq', 'f usr/bin/tool', 'f usr/bin/tool.real'];
    const other = plan({ state, requested: ['other'], added });
    expect(other.paths).toContain('usr/bin/tool.real');
    expect(other.paths).not.toContain('usr/bin/tool');
    expect(plan({ state, requested: ['diverter'], added }).paths).toContain('usr/bin/tool');
  });

  test('alternatives go with what they lead to', () => {
    const links = [
      'l usr/bin/awk -> /etc/alternatives/awk',
      'l etc/alternatives/awk -> /usr/bin/mawk',
      'f usr/bin/mawk',
      'l usr/bin/pager -> /etc/alternatives/pager',
      'l etc/alternatives/pager -> /bin/more',
      'f usr/bin/more',
    ];
    const state = makeState({
      ...withJq,
      mawk: { files: ['/usr/bin/mawk'] },
      'util-linux': { files: ['/bin/more'] },
    });
    const before = makeListing([...base, ...links]);
    const { paths } = plan({ state, requested: ['mawk'], before, added: links });
    expect(paths).toEqual(expect.arrayContaining(['usr/bin/awk', 'etc/alternatives/awk', 'usr/bin/mawk']));
    // `pager` is new here, yet its package is not kept.
    const fresh = plan({ state, requested: ['mawk'], added: links }).paths;
    expect(fresh.filter((path) => /pager|more/.test(path))).toEqual([]);
  });

  test('KEEP brings in what the rules leave behind, folders whole', () => {
    const added = ['f usr/bin/jq', 'f run/app/x', 'f var/log/app.log'];
    const { paths, owners } = plan({ added, keep: ['/usr/bin/d*', 'run/app'] });
    expect(paths).toEqual(expect.arrayContaining(['usr/bin/dash', 'run/app', 'run/app/x']));
    expect(paths).not.toContain('var/log/app.log');
    expect(owners.get('usr/bin/dash')).toBe('dash');
  });

  test('KEEP brings in no device, socket or mount point', () => {
    const added = ['f usr/bin/jq', 'f dev/x', 'c srv/x', 's srv/y', 'f .kubler/x', 'f srv/z'];
    const { paths } = plan({ added, keep: ['**'] });
    expect(paths.filter((path) => /^(dev|srv|\.kubler)\//.test(path))).toEqual(['srv/z']);
  });

  test('a requested package that is not there is an error', () => {
    expect(() => plan({ requested: ['nope'] })).toThrow(expect.objectContaining({ code: 'PACKAGE_UNKNOWN' }));
  });
});

describe('planCarve of a whole root', () => {
  test('keeps everything but scratch files, dpkg’s database included', () => {
    const { paths, packages } = plan({
      mode: 'whole',
      requested: [],
      added: ['f run/x', 'f var/cache/apt/x'],
    });
    const left = [...makeListing(base).keys()].filter((path) => !paths.includes(path));
    expect(left).toEqual(['var/log/bootstrap.log']);
    expect(packages.map(({ name }) => name)).toEqual(['base-files', 'dash', 'jq', 'libc6']);
  });
});

describe('planCarve of a child', () => {
  const parent = {
    paths: new Set(plan({}).paths),
    packages: [
      { name: 'jq', version: '1', architecture: 'amd64' },
      { name: 'libc6', version: '1', architecture: 'amd64' },
    ],
  };
  const parentEnd = [...base, 'f usr/bin/jq'];
  const child = (options: Partial<CarveOptions> & { readonly added?: readonly string[] }): CarvePlan =>
    plan({ parent, before: makeListing(parentEnd), requested: [], ...options });
  const accounts = ['etc', 'etc/group', 'etc/passwd', 'etc/shadow'];

  test('that changes nothing has only the account files to look at', () => {
    const { paths, packages, deleted } = child({});
    expect(paths).toEqual(accounts);
    expect(packages).toEqual([]);
    expect(deleted).toEqual([]);
  });

  test('holds what it adds, with the folders of that, and not its parent’s packages', () => {
    const state = makeState({
      ...withJq,
      app: { files: ['/usr/bin/app', '/opt/app'], depends: 'libc6, jq, dash' },
    });
    const { paths, packages } = child({
      state,
      requested: ['app'],
      added: ['f usr/bin/jq', 'f usr/bin/app', 'd opt/app'],
    });
    expect(paths).toEqual(
      [...accounts, 'opt', 'opt/app', 'usr', 'usr/bin', 'usr/bin/app', 'usr/bin/dash'].sort(compareBytes),
    );
    expect(packages.map(({ name }) => name)).toEqual(['app', 'dash']);
  });

  test('what the parent declared provided does not come in through the parent’s packages', () => {
    const state = makeState({ ...withJq, jq: { ...withJq.jq, depends: 'libc6, dash' } });
    expect(child({ state, requested: ['jq'] }).paths).not.toContain('usr/bin/dash');
  });

  test('takes changed files of its parent, whoever owns them', () => {
    const { paths } = child({ added: ['f usr/bin/jq #2', 'f usr/bin/dash #2'] });
    expect(paths).toContain('usr/bin/jq');
    expect(paths).not.toContain('usr/bin/dash');
  });

  test('takes a parent’s package in a new version, with what it newly needs', () => {
    const jq = { files: ['/usr/bin/jq', '/usr/share/jq'], version: '2', depends: 'libc6, dash' };
    const state = makeState({ ...withJq, jq });
    const { paths, packages } = child({ state, added: ['f usr/bin/jq #2', 'f usr/share/jq'] });
    expect(paths).toEqual(expect.arrayContaining(['usr/bin/jq', 'usr/share/jq', 'usr/bin/dash']));
    expect(packages).toEqual([
      { name: 'dash', version: '1', architecture: 'amd64' },
      { name: 'jq', version: '2', architecture: 'amd64' },
    ]);
  });

  test('takes an alternative that leads to what its parent has', () => {
    const paths = new Set([...parent.paths, 'usr/bin/vim']);
    const links = ['l usr/bin/vi -> /etc/alternatives/vi', 'l etc/alternatives/vi -> /bin/vim'];
    const before = makeListing([...parentEnd, 'f usr/bin/vim']);
    const added = ['f usr/bin/jq', 'f usr/bin/vim', ...links];
    expect(child({ parent: { ...parent, paths }, before, added }).paths).toEqual(
      expect.arrayContaining(['etc/alternatives/vi', 'usr/bin/vi']),
    );
  });

  test('deletes only what its parent’s image has: the topmost paths, and scanner data of removed packages', () => {
    const before = [...parentEnd, 'f opt/x/a', 'f opt/x/b', 'f opt/y/a', 'f opt/z/a', 'f gone'];
    const inImage = ['opt', 'opt/x', 'opt/x/a', 'opt/x/b', 'opt/y', 'opt/y/a', 'opt/z', 'opt/z/a'];
    const data = ['var/lib/dpkg/status.d/jq', 'var/lib/dpkg/status.d/jq.md5sums'];
    const { deleted } = child({
      parent: { ...parent, paths: new Set([...parent.paths, ...inImage, ...data]) },
      state: makeState(basePackages),
      before: makeListing(before),
      after: makeListing([...base, 'd opt/y', 'l opt/z -> y']),
    });
    expect(deleted).toEqual(['opt/x', 'opt/y/a', 'usr/bin/jq', ...data]);
  });

  test('takes a package of two architectures for two packages', () => {
    const data = (key: string): string[] => [
      `var/lib/dpkg/status.d/${key}`,
      `var/lib/dpkg/status.d/${key}.md5sums`,
    ];
    const both = ['libc6', 'libc6:i386'].flatMap(data);
    const libc = { name: 'libc6', version: '1' };
    const packages = [
      { ...libc, architecture: 'amd64' },
      { ...libc, architecture: 'i386' },
    ];
    const { deleted } = child({
      parent: { paths: new Set([...parent.paths, ...both]), packages: [...parent.packages, ...packages] },
      state: makeState({ ...basePackages, jq: {}, libc6: {} }),
    });
    expect(deleted.filter((path) => path.includes('libc6'))).toEqual(data('libc6:i386'));
  });

  test('carries on dpkg’s database when its parent has it', () => {
    const paths = new Set([...parent.paths, 'var/lib/dpkg/status']);
    const added = ['f usr/bin/jq', 'f var/lib/dpkg/status #2', 'f var/lib/dpkg/info/app.list'];
    expect(child({ parent: { ...parent, paths }, added }).paths).toEqual(
      expect.arrayContaining(['var/lib/dpkg/info/app.list', 'var/lib/dpkg/status']),
    );
  });
});

describe('planCarve, for any root', () => {
  const name = fc.constantFrom('a', 'b', 'lib', 'usr', 'x');
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
  const lines = fc.array(fc.tuple(fc.constantFrom('f', 'd', 'l'), path, path));
  const toListing = (items: readonly (readonly [string, string, string])[]) =>
    makeListing(
      items.map(([type, each, target]) => (type === 'l' ? `l ${each} -> /${target}` : `${type} ${each}`)),
    );

  test('paths are sorted, exist, and come with their folders', () => {
    fc.assert(
      fc.property(lines, lines, fc.array(path), fc.array(path), (before, after, listed, inParent) => {
        const listing = toListing(after);
        const { paths } = planCarve({
          ...{ mode: 'packages', before: toListing(before), after: listing, keep: [], provided: [] },
          state: makeState({ p: { files: listed.map((each) => `/${each}`) } }),
          requested: ['p'],
          parent: { paths: new Set(inParent), packages: [] },
        });
        expect(paths).toEqual(paths.toSorted(compareBytes));
        const all = new Set(['', ...paths]);
        expect(paths.every((each) => listing.has(each) && all.has(parentPath(each)))).toBe(true);
      }),
    );
  });
});
