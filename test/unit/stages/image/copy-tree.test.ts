import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toRootfs, type Rootfs, type TreeEntry } from '../../../../src/model/tree-entry.ts';
import {
  copyTree,
  fromContext,
  fromImage,
  fromText,
  planInContext,
  readContext,
  type CopySource,
} from '../../../../src/stages/image/index.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { faultsOfAsync } from './faults-of.ts';

const temp = useTempDir();
const epoch = 1_700_000_000;

/** A context: `name: text` is a file, `name/` a directory, `name: → target` a link. */
function makeContext(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(temp, 'context-'));
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (text.startsWith('→ ')) symlinkSync(text.slice(2), path);
    else if (!name.endsWith('/')) writeFileSync(path, text, { mode: name.endsWith('.sh') ? 0o700 : 0o600 });
  }
  return dir;
}

/** A tree: `name: ''` is a directory, `→ target` a link, anything else a file. */
function makeTree(entries: Readonly<Record<string, string>>): Rootfs {
  const meta = { uid: 5, gid: 6, mtime: 1, xattrs: new Map<string, Uint8Array>() };
  return toRootfs(
    Object.entries(entries).map(([path, text]): TreeEntry => {
      if (text === '') return { ...meta, path, type: 'directory', mode: 0o1777 };
      if (text.startsWith('→ '))
        return { ...meta, path, type: 'symlink', mode: 0o777, target: text.slice(2) };
      const content = { kind: 'parent' } as const;
      return { ...meta, path, type: 'file', mode: 0o644, size: 1, sha256: 'a'.repeat(64), content };
    }),
  );
}

const dump = (tree: Rootfs): string[] =>
  [...tree.values()].map((entry) => {
    const mode = entry.mode.toString(8);
    if (entry.type === 'symlink') return `${entry.path} → ${entry.target}`;
    return entry.type === 'directory' ? `${entry.path}/ ${mode}` : `${entry.path} ${mode}`;
  });

const at = { file: 'Dockerfile.template', line: 3, column: 1 };

const copy = async (
  contextDir: string,
  line: string,
  tree: Readonly<Record<string, string>> = {},
  options: Partial<Parameters<typeof copyTree>[0]> = {},
): Promise<Rootfs> => {
  const paths = line.split(' ');
  const destination = paths.pop() ?? '';
  const found = await readContext({ contextDir, sources: paths, at });
  const sources = await Promise.all(found.map((source) => fromContext(source, epoch)));
  return copyTree({ sources, destination, workdir: '/', tree: makeTree(tree), epoch, at, ...options });
};

const context = makeContext({
  'a.conf': 'aaa',
  'run.sh': '#!/bin/sh\n',
  'app/main': 'main',
  'app/lib/x.sh': 'x',
  'app/lib/link': '→ /etc/passwd',
  'app/empty/': '',
  alias: '→ app/main',
  aliasdir: '→ app/lib',
});
const usrMerged = { bin: '→ usr/bin', usr: '', 'usr/bin': '', etc: '', 'etc/file': 'x', srv: '' };

describe('where a COPY lands', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['a.conf /etc/b.conf', usrMerged, ['etc/b.conf 644']],
    ['a.conf /etc/', usrMerged, ['etc/a.conf 644']],
    ['./app/../a.conf /etc/', usrMerged, ['etc/a.conf 644']],
    ['a.conf /etc', usrMerged, ['etc/a.conf 644']],
    ['a.conf /', {}, ['a.conf 644']],
    ['a.conf /new/deep/', usrMerged, ['new/ 755', 'new/deep/ 755', 'new/deep/a.conf 644']],
    ['a.conf /new/deep', usrMerged, ['new/ 755', 'new/deep 644']],
    ['a.conf ./run.sh /etc/', usrMerged, ['etc/a.conf 644', 'etc/run.sh 755']],
    ['run.sh /bin/', usrMerged, ['usr/bin/run.sh 755']],
    ['run.sh /bin/go', usrMerged, ['usr/bin/go 755']],
    ['run.sh /bin', usrMerged, ['usr/bin/run.sh 755']],
    ['run.sh /../../etc/x', usrMerged, ['etc/x 755']],
    ['app/main .', { srv: '' }, ['main 644']],
    [
      'app /srv',
      usrMerged,
      ['srv/empty/ 755', 'srv/lib/ 755', 'srv/lib/link → /etc/passwd', 'srv/lib/x.sh 755', 'srv/main 644'],
    ],
    ['app/lib /srv/', usrMerged, ['srv/link → /etc/passwd', 'srv/x.sh 755']],
    ['app/lib/ /srv/lib', usrMerged, ['srv/lib/ 755', 'srv/lib/link → /etc/passwd', 'srv/lib/x.sh 755']],
    ['alias /srv/', usrMerged, ['srv/alias 644']],
    ['aliasdir /srv', usrMerged, ['srv/link → /etc/passwd', 'srv/x.sh 755']],
    ['app/empty /srv/e', usrMerged, ['srv/e/ 755']],
  ])('%s', async (line, tree, expected) => {
    expect(dump(await copy(context, line, tree))).toEqual(expected);
  });

  test('a relative destination is below WORKDIR', async () => {
    expect(dump(await copy(context, 'a.conf .', { srv: '' }, { workdir: '/srv' }))).toEqual([
      'srv/a.conf 644',
    ]);
    expect(dump(await copy(context, 'a.conf sub/', { srv: '' }, { workdir: '/srv' }))).toEqual([
      'srv/sub/ 755',
      'srv/sub/a.conf 644',
    ]);
  });

  test('links of the image are followed inside the image, however they are written', async () => {
    const tree = {
      up: '→ ../../../etc',
      etc: '',
      opt: '→ /data/opt',
      'etc/link': '→ target',
      loop: '→ loop',
    };
    expect(dump(await copy(context, 'a.conf /up/x', tree))).toEqual(['etc/x 644']);
    expect(dump(await copy(context, 'a.conf /opt/', tree))).toEqual([
      'data/ 755',
      'data/opt/ 755',
      'data/opt/a.conf 644',
    ]);
    expect(dump(await copy(context, 'a.conf /etc/link', tree))).toEqual(['etc/target 644']);
    await expect(copy(context, 'a.conf /loop/x', tree)).rejects.toThrow('cannot copy to "/loop/x"');
  });

  test('folders below a linked folder go where the link leads; a file replaces a link', async () => {
    const dir = makeContext({ 'root/bin/tool.sh': 'x', 'root/etc/now': 'x' });
    const tree = { bin: '→ usr/bin', usr: '', 'usr/bin': '', etc: '', 'etc/now': '→ elsewhere' };
    expect(dump(await copy(dir, 'root/ /', tree))).toEqual(['etc/now 644', 'usr/bin/tool.sh 755']);
  });

  test('a directory that is there keeps its mode and owner', async () => {
    const dir = makeContext({ 'root/tmp/x': 'x' });
    expect(dump(await copy(dir, 'root /', { tmp: '' }))).toEqual(['tmp/x 644']);
  });

  test('unless the source has ones of its own: an archive, another image; not those of the destination', () => {
    const tree = makeTree({ d: '', 'd/tmp': '', 'd/new': '' });
    const folder = { type: 'directory', mode: 0o700, uid: 7, gid: 8, mtime: 1, xattrs: new Map() } as const;
    const entries = ['', 'tmp', 'fresh'].map((path) => ({ ...folder, path }));
    const copied = (isGenuine: boolean) =>
      copyTree({
        ...{ sources: [{ name: 'x', entries, isGenuine }], destination: '/d', workdir: '/', tree, epoch, at },
      });
    expect(dump(copied(true))).toEqual(['d/fresh/ 700', 'd/tmp/ 700']);
    expect(dump(copied(false))).toEqual(['d/fresh/ 700']);
    expect(copied(true).get('d/tmp')).toMatchObject({ uid: 7, gid: 8 });
  });

  test('a file where a directory must be, and the other way round, is refused', async () => {
    const [file] = await faultsOfAsync(copy(context, 'a.conf /etc/file/', usrMerged));
    expect([file?.code, file?.at?.line]).toEqual(['IMAGE_INVALID', 3]);
    await expect(copy(context, 'app /etc/file', usrMerged)).rejects.toThrow(
      'something that is no directory is there',
    );
    await expect(copy(context, 'a.conf /etc/file/x', usrMerged)).rejects.toThrow('is in the way');
    const dir = makeContext({ 'root/etc': 'x' });
    await expect(copy(dir, 'root /', usrMerged)).rejects.toThrow('a directory is there');
  });
});

describe('what a COPY brings', () => {
  test('content, digest, owner, time and origin', async () => {
    const tree = await copy(context, 'a.conf /etc/', usrMerged);
    expect(tree.get('etc/a.conf')).toEqual({
      type: 'file',
      path: 'etc/a.conf',
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: epoch,
      xattrs: new Map(),
      size: 3,
      sha256: '9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0',
      content: { kind: 'slice', hostFile: join(context, 'a.conf'), offset: 0, size: 3 },
      origin: { kind: 'dockerfile', line: 3 },
    });
  });

  test('another umask, another time and another owner of the checkout change nothing', async () => {
    const one = makeContext({ 'app/x': '1', 'app/y.sh': '2', 'app/z/': '' });
    const other = makeContext({ 'app/z/': '', 'app/y.sh': '2', 'app/x': '1' });
    chmodSync(join(other, 'app/x'), 0o666);
    chmodSync(join(other, 'app/y.sh'), 0o6775);
    chmodSync(join(other, 'app/z'), 0o700);
    utimesSync(join(other, 'app/x'), 5, 5);
    expect(dump(await copy(other, 'app /srv/'))).toEqual(dump(await copy(one, 'app /srv/')));
    expect([...(await copy(other, 'app /srv/')).values()].every(({ mtime }) => mtime === epoch)).toBe(true);
  });

  test('.git is no part of the context, as it is none of the key', async () => {
    const dir = makeContext({ 'app/x': '1', 'app/.git/HEAD': '2', '.git/HEAD': '3', git: '→ .git/HEAD' });
    expect(dump(await copy(dir, 'app /srv/'))).toEqual(['srv/ 755', 'srv/x 644']);
    for (const source of ['.git', 'app/.git/HEAD', 'git']) {
      await expect(copy(dir, `${source} /`)).rejects.toThrow('it is no part of what the image is made from');
    }
  });

  test('parts of a big file are all in its digest', async () => {
    const dir = makeContext({ big: 'x'.repeat(300_000) });
    const entry = (await copy(dir, 'big /')).get('big');
    expect(entry?.type === 'file' && entry.size).toBe(300_000);
    expect(entry?.type === 'file' && entry.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('patterns', () => {
  test.each<[string, string[]]>([
    ['*.conf /e/', ['e/ 755', 'e/a.conf 644']],
    ['app/*/x.sh /e/', ['e/ 755', 'e/x.sh 755']],
    ['app/l* /e/', ['e/ 755', 'e/link → /etc/passwd', 'e/x.sh 755']],
    ['aliasdir/*.sh /e/', ['e/ 755', 'e/x.sh 755']],
    ['nothing* a.conf /e/', ['e/ 755', 'e/a.conf 644']],
    ['nothing* /e/', []],
    ['[r-z]* /e/', ['e/ 755', 'e/run.sh 755']],
  ])('%s', async (line, expected) => {
    expect(dump(await copy(context, line))).toEqual(expected);
  });

  test('a malformed one is refused', async () => {
    await expect(copy(context, 'a[ /')).rejects.toThrow('cannot copy "a[": it is not a pattern');
  });
});

describe('--chown and --chmod', () => {
  test('are for all that is copied or made', async () => {
    const owner = { uid: 7, gid: 8 };
    const layer = await copy(context, 'app /srv/app/', { srv: '' }, { owner, mode: 0o640 });
    expect(dump(layer)).toEqual([
      ...['srv/app/ 755', 'srv/app/empty/ 640', 'srv/app/lib/ 640', 'srv/app/lib/link → /etc/passwd'],
      ...['srv/app/lib/x.sh 640', 'srv/app/main 640'],
    ]);
    expect(new Set([...layer.values()].map(({ uid, gid }) => `${uid}:${gid}`))).toEqual(new Set(['7:8']));
  });

  test('change a directory that is there when it is copied by its name', async () => {
    expect(dump(await copy(context, 'app /', { lib: '' }, { mode: 0o700 }))).toContain('lib/ 700');
    expect(dump(await copy(context, 'app /', { lib: '' }))).not.toContain('lib/ 755');
  });
});

describe('.dockerignore', () => {
  const dir = makeContext({
    '.dockerignore': '*\n!app\n!*.md\napp/private\n!app/private/kept\nempty/pipe\n',
    ...{
      'app/x': '1',
      'app/private/gone': '1',
      'app/private/kept': '1',
      'a.md': '1',
      secret: '1',
      'empty/x': '1',
    },
    link: '→ app/x',
  });

  test('leaves out what it says, and keeps what it takes back', async () => {
    expect(dump(await copy(dir, '. /'))).toEqual([
      ...['a.md 644', 'app/ 755', 'app/private/ 755', 'app/private/kept 644', 'app/x 644'],
    ]);
    expect(dump(await copy(dir, '* /e/'))).toContain('e/a.md 644');
    for (const source of ['secret', 'empty', 'app/private/gone', 'link'])
      await expect(copy(dir, `${source} /`)).rejects.toThrow('.dockerignore leaves it out');
  });

  test('hides even what could not be copied', async () => {
    const hiding = makeContext({ '.dockerignore': '**/pipe', 'app/x': '1' });
    spawnSync('mkfifo', [join(hiding, 'app/pipe')]);
    expect(dump(await copy(hiding, 'app /'))).toEqual(['x 644']);
  });
});

describe('sources that are not files of the image folder', () => {
  const tree = makeTree({ bin: '→ usr/bin', usr: '', 'usr/bin': '' });
  const put = (sources: readonly CopySource[], destination: string) =>
    dump(copyTree({ sources, destination, workdir: '/', tree, epoch, at }));

  test('a here-document is a file', () => {
    expect(put([fromText('note', 'x', epoch)], '/n')).toEqual(['n 644']);
    expect(put([fromText('note', 'x', epoch)], '/n/')).toEqual(['n/ 755', 'n/note 644']);
  });

  test('an image: folders, files, links, patterns', () => {
    const image = makeTree({
      ...{ opt: '', 'opt/a': '', 'opt/a/x.conf': '1', 'opt/a/y': '1', 'opt/l': '→ a', l: '→ /opt/a/y' },
    });
    const from = (...sources: readonly string[]) => fromImage(image, sources, { image: 'a/b', at });
    expect(put(from('/opt'), '/e')).toEqual([
      'e/ 755',
      'e/a/ 1777',
      'e/a/x.conf 644',
      'e/a/y 644',
      'e/l → a',
    ]);
    expect(put(from('l', 'opt/l/*.conf'), '/bin/')).toEqual(['usr/bin/l 644', 'usr/bin/x.conf 644']);
    expect(put(from('/'), '/e/')).toContain('e/opt/l → a');
    expect(() => from('/opt/aa')).toThrow('cannot copy "/opt/aa" from a/b: there is no such file');
    expect(from('/none/*')).toEqual([]);
  });
});

describe('what a COPY refuses', () => {
  const outside = makeContext({ secret: 'x' });
  const hostile = makeContext({
    'dir/inner': '→ /etc/passwd',
    out: `→ ${outside}/secret`,
    outdir: `→ ${outside}`,
    round: '→ round',
    README: 'x',
  });

  test.each([
    '../x /',
    'dir/../../x /',
    'out /',
    'outdir /',
    'outdir/secret /',
    'dir/inner /',
    'round /',
    'nothing /',
    'README/x /',
  ])('%s', async (line) => {
    const [fault] = await faultsOfAsync(copy(hostile, line));
    expect([fault?.code, fault?.at]).toEqual(['IMAGE_INVALID', at]);
  });

  test('links are followed as Docker does: to them the image folder is the root', async () => {
    const dir = makeContext({ file: 'f', 'sub/deep/x': 'x', abs: '→ /file', folder: '→ /sub' });
    const name = basename(dir);
    symlinkSync('../../../sub/deep', join(dir, 'sub/up'));
    symlinkSync(join(dir, 'file'), join(dir, 'host'));
    symlinkSync(`../${name}/file`, join(dir, 'again'));
    expect(dump(await copy(dir, 'abs /x'))).toEqual(['x 644']);
    expect(dump(await copy(dir, 'folder/deep /y/'))).toEqual(['y/ 755', 'y/x 644']);
    expect(dump(await copy(dir, 'sub/up /z/'))).toEqual(['z/ 755', 'z/x 644']);
    await expect(copy(dir, 'host /')).rejects.toThrow(
      `cannot copy "host": it leads to "${dir.slice(1)}/file"`,
    );
    await expect(copy(dir, 'again /')).rejects.toThrow(
      `it leads to "${name}/file", and there is no such file in the image folder`,
    );
  });

  test('a leading slash means the image folder, not the host', async () => {
    expect(dump(await copy(hostile, '/README /x'))).toEqual(['x 644']);
    await expect(copy(hostile, '/etc/passwd /')).rejects.toThrow('there is no such file in the image folder');
  });

  test('a near name is suggested', async () => {
    expect((await faultsOfAsync(copy(hostile, 'REDME /')))[0]?.hint).toBe('did you mean "README"?');
  });

  test('FIFOs and names that are not UTF-8', async () => {
    const dir = makeContext({ 'app/x': 'x' });
    spawnSync('mkfifo', [join(dir, 'app/pipe')]);
    await expect(copy(dir, 'app /')).rejects.toThrow('cannot copy "pipe": it is neither');
    const latin = makeContext({ 'app/x': 'x' });
    writeFileSync(Buffer.concat([Buffer.from(`${latin}/app/`), Buffer.from([0xe9])]), 'x');
    await expect(copy(latin, 'app /')).rejects.toThrow('its name is not UTF-8');
  });

  test('missing sources are found together with all other faults, before anything is built', async () => {
    const text =
      'FROM debian:12\nCOPY README /\nCOPY nix /\nUSRE 1\nCOPY ../x /\nRUN []\nADD ${BOB_X} /\nRUN --mount=source=nix,target=/x true';
    const { faults } = await planInContext({
      file: 'Dockerfile.template',
      text,
      variables: new Map(),
      contextDir: hostile,
      rootfs: 'required',
      architecture: 'amd64',
    });
    expect(faults.map(({ at: place }) => place?.line)).toEqual([1, 3, 4, 5, 6, 7, 8]);
  });
});
