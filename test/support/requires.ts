import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** The real apk, a static program: there is no package of it in Debian, so KUBLER_TEST_APK may name one. */
export function apkProgram(): string | undefined {
  const { KUBLER_TEST_APK: named = '' } = process.env;
  return named === '' ? findCommand('apk') : named;
}

/** A tarball of a root with the real Portage: there is no package of it in Debian. Its own tree is not used. */
export const portageTarball = (): string | undefined => process.env['KUBLER_TEST_PORTAGE'];

/** Needs that are not simply a command in PATH. */
const probes: Readonly<Record<string, () => boolean>> = {
  root: () => process.getuid?.() === 0,
  // Only where the machine is there for tests does root make a user.
  'a test user (CI=true)': () => process.getuid?.() === 0 && process.env['CI'] === 'true',
  apk: () => apkProgram() !== undefined,
  portage: () => existsSync(portageTarball() ?? ''),
  userns: () => spawnSync('unshare', ['--user', '--map-root-user', 'true']).status === 0,
};

/** What no machine of CI can have: KUBLER_REQUIRE=all does not ask for it. */
const rare = new Set(['apk', 'portage']);

/**
 * `describe` for tests that need something of the machine: `requires('root', 'skopeo')('export', () => …)`. What is not
 * there skips the tests and says so; with KUBLER_REQUIRE=all, or a list of names, it fails them instead.
 */
export function requires(...needs: readonly string[]): typeof describe | typeof describe.skip {
  const missing = needs.filter((need) => !isThere(need));
  if (missing.length === 0) return describe;
  const demanded = (process.env['KUBLER_REQUIRE'] ?? '').split(',');
  const reason = `this machine lacks ${missing.join(', ')}`;
  const isRare = missing.some((need) => rare.has(need));
  if ((demanded.includes('all') && !isRare) || missing.some((need) => demanded.includes(need)))
    throw new Error(reason);
  process.stderr.write(`SKIPPED: ${reason}\n`);
  return describe.skip;
}

const isThere = (need: string): boolean => (probes[need] ?? (() => findCommand(need) !== undefined))();

function findCommand(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
