import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  apkArchitecture,
  endOfTar,
  makeApk,
  signPart,
  tarMember,
  type ApkKey,
  type ApkSpec,
  type MadeApk,
} from './make-apk.ts';

/** A key that signs test repositories. */
export function makeApkKey(name: string): ApkKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { name: `${name}.rsa.pub`, privateKey, publicKey };
}

/** Writes a repository with these packages below `dir`, as `abuild` and `apk index` make them; what was there is replaced. */
export function writeApkRepository(dir: string, key: ApkKey, specs: readonly ApkSpec[]): readonly MadeApk[] {
  const folder = join(dir, apkArchitecture);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const made = specs.map((spec) => makeApk(spec, key));
  for (const { fileName, bytes } of made) writeFileSync(join(folder, fileName), bytes);
  writeFileSync(join(folder, 'APKINDEX.tar.gz'), signedIndex(key, made.map(indexEntry).join('')));
  return made;
}

/** APKINDEX.tar.gz of a text: a signature, then what it signs. */
export function signedIndex(key: ApkKey, text: string, hash: 'RSA' | 'RSA256' = 'RSA'): Buffer {
  const members = [
    tarMember('DESCRIPTION', { content: 'v1.0' }),
    tarMember('APKINDEX', { content: text }),
    endOfTar,
  ];
  const index = gzipSync(Buffer.concat(members));
  return Buffer.concat([signPart(index, key, hash), index]);
}

/** A package's lines in the index. */
export function indexEntry({ spec, bytes, controlSha1, installedSize }: MadeApk): string {
  const fields: [string, string | number | undefined][] = [
    ['C', `Q1${controlSha1.toString('base64')}`],
    ['P', spec.name],
    ['V', spec.version],
    ['A', spec.arch ?? apkArchitecture],
    ['S', bytes.length],
    ['I', installedSize],
    ['T', `test package ${spec.name}`],
    ['U', 'https://example.org'],
    ['L', spec.license ?? 'MIT'],
    ['o', spec.origin ?? spec.name],
    ['t', spec.builtAt ?? 1_700_000_000],
    ['k', spec.providerPriority],
    ['D', spec.depends?.join(' ')],
    ['p', spec.provides?.join(' ')],
    ['i', spec.installIf?.join(' ')],
  ];
  const lines = fields.flatMap(([letter, value]) =>
    value === undefined || value === '' ? [] : [`${letter}:${value}\n`],
  );
  return `${lines.join('')}\n`;
}
