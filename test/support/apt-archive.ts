import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Debian's name of this machine's architecture. */
export const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** A key that signs test archives; `publicKey` in binary and in armored form. */
export interface SigningKey {
  readonly home: string;
  readonly keyring: string;
  readonly armored: string;
}

/** Makes a key without a passphrase in a GnuPG home below `dir`. */
export function makeSigningKey(dir: string, name: string): SigningKey {
  const home = join(dir, `gnupg-${name}`);
  mkdirSync(home, { mode: 0o700, recursive: true });
  gpg(home, '--quick-gen-key', `${name} <${name}@example.org>`, 'ed25519', 'sign', 'never');
  const keyring = join(dir, `${name}.gpg`);
  const armored = join(dir, `${name}.asc`);
  gpg(home, '--output', keyring, '--export');
  gpg(home, '--armor', '--output', armored, '--export');
  return { home, keyring, armored };
}

const gpg = (home: string, ...args: string[]): void => {
  execFileSync('gpg', ['--homedir', home, '--batch', '--yes', '--quiet', '--passphrase', '', ...args], {
    stdio: 'ignore',
  });
};

export interface TestPackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  /** Of its file; default: a text that is no package, but enough for whoever only fetches it. */
  readonly content?: Uint8Array;
}

export interface SuiteSpec {
  readonly suite: string;
  readonly packages: readonly TestPackage[];
  readonly date: Date;
  readonly validUntil?: Date;
  /** One signed file, or the older pair. */
  readonly detached?: boolean;
  readonly compression?: 'xz' | 'gz';
}

/** The file of a test package. */
export const debContent = (each: TestPackage): string | Uint8Array =>
  each.content ?? `deb of ${each.name} ${each.version}\n`;

/** Writes one suite of an archive below `dir`, signed; what it had before is replaced. */
export function writeSuite(dir: string, key: SigningKey, spec: SuiteSpec): void {
  const suiteDir = join(dir, 'dists', spec.suite);
  rmSync(suiteDir, { recursive: true, force: true });
  const text = spec.packages.map((each) => stanza(dir, each)).join('\n');
  const plain = `main/binary-${architecture}/Packages`;
  write(join(suiteDir, plain), text);
  const files: [string, Buffer][] = [[plain, Buffer.from(text)]];
  if (spec.compression === 'gz') {
    files.push([`${plain}.gz`, gzipSync(text)]);
  } else {
    execFileSync('xz', ['--keep', join(suiteDir, plain)]);
    files.push([`${plain}.xz`, readFileSync(join(suiteDir, `${plain}.xz`))]);
  }
  rmSync(join(suiteDir, plain));
  for (const [name, bytes] of files.slice(1)) write(join(suiteDir, name), bytes);
  const release = join(suiteDir, 'Release');
  write(release, releaseText(spec, files));
  sign(key, release, spec.detached ?? false);
}

/** Signs a release file: `Release.gpg` beside it, or `InRelease` instead of it. */
export function sign(key: SigningKey, release: string, detached: boolean): void {
  if (detached) {
    gpg(key.home, '--armor', '--output', `${release}.gpg`, '--detach-sign', release);
  } else {
    gpg(key.home, '--output', join(dirname(release), 'InRelease'), '--clearsign', release);
    rmSync(release);
  }
}

function stanza(dir: string, each: TestPackage): string {
  const file = `pool/main/${each.name}_${each.version}_${architecture}.deb`;
  write(join(dir, file), debContent(each));
  return [
    `Package: ${each.name}`,
    `Version: ${each.version}`,
    `Architecture: ${architecture}`,
    'Maintainer: Nobody <nobody@example.org>',
    ...(each.depends === undefined ? [] : [`Depends: ${each.depends}`]),
    `Filename: ${file}`,
    `Size: ${debContent(each).length}`,
    `SHA256: ${createHash('sha256').update(debContent(each)).digest('hex')}`,
    'Description: test',
    '',
  ].join('\n');
}

function releaseText(spec: SuiteSpec, files: readonly [string, Buffer][]): string {
  const sums = files.map(
    ([name, bytes]) => ` ${createHash('sha256').update(bytes).digest('hex')} ${bytes.length} ${name}`,
  );
  return [
    'Origin: Test',
    `Suite: ${spec.suite}`,
    `Codename: ${spec.suite}`,
    `Date: ${spec.date.toUTCString()}`,
    ...(spec.validUntil ? [`Valid-Until: ${spec.validUntil.toUTCString()}`] : []),
    `Architectures: ${architecture}`,
    'Components: main',
    'SHA256:',
    ...sums,
    '',
  ].join('\n');
}

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
