import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  changedPaths,
  endListing,
  listingFormat,
  parseListing,
  splitListing,
} from '../../../../src/stages/rootfs/index.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const root = useTempDir();
const list = () => parseListing(execFileSync('find', [root, '-xdev', '-printf', listingFormat]));

describe('parseListing', () => {
  it('reads what find prints, with names of any kind', () => {
    const dir = join(root, 'names');
    mkdirSync(dir, { mode: 0o2750 });
    chmodSync(dir, 0o2750);
    writeFileSync(join(dir, 'new\nline'), 'abc');
    writeFileSync(join(dir, 'ünï'), '');
    symlinkSync('to nowhere', join(dir, 'link'));
    const listing = list();
    expect([...listing.keys()].sort()).toEqual(['names', 'names/link', 'names/new\nline', 'names/ünï']);
    expect(listing.get('names')).toMatchObject({ type: 'd', mode: 0o2750, target: '' });
    expect(listing.get('names/new\nline')).toMatchObject({ type: 'f', size: 3, uid: process.getuid?.() });
    expect(listing.get('names/link')).toMatchObject({ type: 'l', target: 'to nowhere' });
  });

  it('refuses a list that is cut short', () => {
    for (const text of ['a\0f', 'a\0f\0', 'a\0f\x00644\x000\x000\x001\x001\x001\0']) {
      expect(() => parseListing(text)).toThrow('cut short');
    }
    expect(parseListing('').size).toBe(0);
  });
});

describe('splitListing', () => {
  const print = (script: string): string =>
    execFileSync('sh', ['-c', `find . -xdev -printf '${listingFormat}'\n${script}`], {
      cwd: join(root, 'split'),
      encoding: 'utf8',
    });

  it('takes apart a listing and the text after it', () => {
    mkdirSync(join(root, 'split'));
    expect(splitListing(print(endListing))).toEqual({ listing: new Map(), text: '' });
    symlinkSync('/', join(root, 'split/link'));
    writeFileSync(join(root, 'split/==> etc <=='), '');
    const { listing, text } = splitListing(print(`${endListing}\nprintf 'a\\0\\0b'`));
    expect([...listing.keys()].sort()).toEqual(['==> etc <==', 'link']);
    expect(text).toBe('a\0\0b');
    expect(() => splitListing(print(''))).toThrow('cut short');
    expect(() => splitListing('')).toThrow('cut short');
  });
});

describe('changedPaths', () => {
  it('tells what appeared, changed and went', () => {
    const dir = join(root, 'changes');
    mkdirSync(join(dir, 'sub'), { recursive: true });
    for (const name of ['same', 'content', 'mode', 'gone', 'sub/gone']) writeFileSync(join(dir, name), 'old');
    symlinkSync('a', join(dir, 'link'));
    const before = list();
    writeFileSync(join(dir, 'content'), 'new');
    chmodSync(join(dir, 'mode'), 0o600);
    unlinkSync(join(dir, 'gone'));
    rmSync(join(dir, 'sub'), { recursive: true });
    unlinkSync(join(dir, 'link'));
    symlinkSync('b', join(dir, 'link'));
    writeFileSync(join(dir, 'added'), '');
    const { changed, deleted } = changedPaths(before, list());
    const within = (paths: ReadonlySet<string>) =>
      [...paths].map((path) => path.replace('changes/', '')).sort();
    expect(within(changed)).toEqual(['added', 'content', 'link', 'mode']);
    expect(within(deleted)).toEqual(['gone', 'sub', 'sub/gone']);
  });

  it('sees a file that changed under an equal size and date', () => {
    const record = (ctime: string) => `file\0f\x00644\x000\x000\x003\x00111.5\0${ctime}\0\0`;
    expect(changedPaths(parseListing(record('1')), parseListing(record('2'))).changed).toEqual(
      new Set(['file']),
    );
    expect(changedPaths(parseListing(record('1')), parseListing(record('1'))).changed.size).toBe(0);
  });

  it('takes names that are not UTF-8 unless they are new', () => {
    const record = (name: string) =>
      Buffer.concat([Buffer.from(name, 'latin1'), Buffer.from('\0f\x00644\x000\x000\x003\x001\x001\0\0')]);
    const odd = parseListing(record('b\xe4r'));
    expect(changedPaths(odd, odd).changed.size).toBe(0);
    expect(() => changedPaths(new Map(), odd)).toThrow('not UTF-8');
  });
});
