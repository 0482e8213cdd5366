import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from './apt-archive.ts';
import { writeTree } from './write-tree.ts';

const gpg = (key: SigningKey, ...args: string[]): void => {
  execFileSync('gpg', ['--homedir', key.home, '--batch', '--yes', '--quiet', '--passphrase', '', ...args]);
};

/** Writes `<file>.<suffix>`: an OpenPGP signature of its own. */
export const signDetached = (key: SigningKey, file: string, suffix: string): void =>
  gpg(key, '--armor', '--output', `${file}.${suffix}`, '--detach-sign', file);

/** Replaces a text file by one with a signature around it. */
export function signInline(key: SigningKey, file: string): void {
  gpg(key, '--output', `${file}.signed`, '--clearsign', file);
  writeFileSync(file, readFileSync(`${file}.signed`));
}

const sum = (algorithm: string, file: string): string =>
  createHash(algorithm).update(readFileSync(file)).digest('hex');

/** The text of a DIGESTS file as Gentoo writes it. */
export const digestsOf = (file: string, name: string): string =>
  [
    ['BLAKE2B', 'blake2b512', ''],
    ['SHA512', 'sha512', ''],
    ['BLAKE2B', 'blake2b512', '.CONTENTS.gz'],
  ]
    .map(
      ([kind = '', algorithm = '', suffix = '']) =>
        `# ${kind} HASH\n${sum(algorithm, file)}  ${name}${suffix}\n`,
    )
    .join('');

/** Packs files into `<dir>/<name>`, a tar.xz file, and returns its path. */
function pack(dir: string, name: string, files: Readonly<Record<string, string>>): string {
  const content = join(dir, `${name}.content`);
  writeTree(content, files);
  execFileSync('tar', ['-cJf', join(dir, name), '-C', content, '.']);
  return join(dir, name);
}

/** Lays out a stage3 tarball of a date on a mirror, with what stands beside it; returns its path. */
export function writeStage3(mirror: string, key: SigningKey, name: string, date: string): string {
  const builds = join(mirror, 'releases/amd64/autobuilds');
  const dir = join(builds, `current-${name}`);
  mkdirSync(dir, { recursive: true });
  const tarball = pack(dir, `${name}-${date}.tar.xz`, { 'etc/gentoo-release': `Gentoo ${date}\n` });
  writeFileSync(`${tarball}.DIGESTS`, digestsOf(tarball, `${name}-${date}.tar.xz`));
  signInline(key, `${tarball}.DIGESTS`);
  const list = join(builds, `latest-${name}.txt`);
  writeFileSync(list, `# Latest as of now\n# ts=1\n${date}/${name}-${date}.tar.xz 1234\n`);
  signInline(key, list);
  return tarball;
}

/** Lays out a snapshot of a tree on a mirror, signed; returns its path. */
export function writeSnapshot(mirror: string, key: SigningKey, name: string): string {
  const dir = join(mirror, 'snapshots');
  mkdirSync(dir, { recursive: true });
  const tarball = pack(dir, `${name}.tar.xz`, { [`${name}/profiles/repo_name`]: 'gentoo\n' });
  signDetached(key, tarball, 'gpgsig');
  return tarball;
}
