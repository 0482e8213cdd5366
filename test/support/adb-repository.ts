import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { apkArchitecture, type ApkEntry, type ApkKey, type ApkSpec } from './make-apk.ts';

/**
 * Writes a repository of version 3 with these packages below `dir`, all of it made and signed by the real apk 3. Owners of files
 * are left out.
 */
export function writeAdbRepository(
  apk: string,
  dir: string,
  key: ApkKey,
  specs: readonly ApkSpec[],
  options: readonly string[] = [],
): void {
  const folder = join(dir, apkArchitecture);
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'kubler-adb-'));
  try {
    const keyFile = join(work, 'key.pem');
    writeFileSync(keyFile, key.privateKey);
    const files = specs.map((spec, at) => makePackage(apk, spec, join(work, String(at)), folder));
    const sign = ['--allow-untrusted', '--sign-key', keyFile];
    run(apk, ['mkndx', ...sign, ...options, '--output', join(folder, 'Packages.adb'), ...files]);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function makePackage(apk: string, spec: ApkSpec, work: string, folder: string): string {
  const root = join(work, 'root');
  mkdirSync(root, { recursive: true });
  for (const [path, entry] of Object.entries(spec.files ?? {})) writeEntry(join(root, path), entry);
  const scripts = Object.entries(spec.scripts ?? {}).flatMap(([name, text]) => {
    writeFileSync(join(work, name), text);
    return ['--script', `${name}:${join(work, name)}`];
  });
  const file = join(folder, `${spec.name}-${spec.version}.apk`);
  const triggers = (spec.triggers ?? []).flatMap((path) => ['--trigger', path]);
  run(apk, ['mkpkg', ...info(spec), '--files', root, ...scripts, ...triggers, '--output', file]);
  return file;
}

function info(spec: ApkSpec): readonly string[] {
  const fields: readonly (readonly [string, string | number | undefined])[] = [
    ['name', spec.name],
    ['version', spec.version],
    ['arch', spec.arch ?? apkArchitecture],
    ['description', `test package ${spec.name}`],
    ['license', spec.license ?? 'MIT'],
    ['origin', spec.origin ?? spec.name],
    ['build-time', spec.builtAt ?? 1_700_000_000],
    ['depends', spec.depends?.join(' ')],
    ['provides', spec.provides?.join(' ')],
    ['install-if', spec.installIf?.join(' ')],
    ['provider-priority', spec.providerPriority],
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : ['--info', `${name}:${value}`]));
}

function writeEntry(path: string, entry: ApkEntry): void {
  const isContent = typeof entry === 'string' || entry instanceof Uint8Array;
  mkdirSync(dirname(path), { recursive: true });
  if (isContent) writeFileSync(path, entry);
  else if ('link' in entry) symlinkSync(entry.link, path);
  else if ('folder' in entry) mkdirSync(path, { recursive: true });
  else writeFileSync(path, entry.content);
  if (!isContent && 'mode' in entry) chmodSync(path, entry.mode ?? 0o755);
}

const run = (apk: string, args: readonly string[]): void => {
  execFileSync(apk, args, { env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' }, stdio: 'pipe' });
};

/** Whether this apk makes and reads repositories of version 3. */
export const isApk3 = (apk: string | undefined): boolean =>
  apk !== undefined && /^apk-tools 3/.test(execFileSync(apk, ['--version'], { encoding: 'utf8' }));
