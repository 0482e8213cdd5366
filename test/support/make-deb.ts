import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architecture, type TestPackage } from './apt-archive.ts';
import { writeTree } from './write-tree.ts';

/** A package that can be installed: `files` are what it brings, path → text, with `DEBIAN/postinst` the script it runs. */
export function makeDeb(
  name: string,
  version: string,
  files: Readonly<Record<string, string>>,
): TestPackage & { readonly content: Uint8Array } {
  const dir = mkdtempSync(join(tmpdir(), 'kubler-deb-'));
  try {
    const control = [
      `Package: ${name}`,
      `Version: ${version}`,
      `Architecture: ${architecture}`,
      'Maintainer: Nobody <nobody@example.org>',
      'Description: test',
      '',
    ].join('\n');
    writeTree(join(dir, 'tree'), { ...files, 'DEBIAN/control': control });
    if ('DEBIAN/postinst' in files) chmodSync(join(dir, 'tree/DEBIAN/postinst'), 0o755);
    const deb = join(dir, 'package.deb');
    execFileSync('dpkg-deb', ['--build', '--root-owner-group', join(dir, 'tree'), deb], {
      stdio: 'ignore',
      env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' },
    });
    return { name, version, content: readFileSync(deb) };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
