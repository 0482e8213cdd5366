import { join } from 'node:path';
import type { ShellValue } from './evaluate-word.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of the environment that files of the original may name; any other may be a secret. */
const isPublic = (name: string): boolean => /^(BOB_\w+|DEFAULT_(\w+_)?BUILDER|AUTHOR|MIRROR)$/.test(name);

/** What files may use without setting it: variables of the original, in the environment or of Kubler's own. */
export function predefinedFor(
  env: Environment,
  { homeDir, shippedDir, dataDir }: { homeDir: string; shippedDir: string; dataDir: string },
): ReadonlyMap<string, ShellValue> {
  const given = Object.entries(env).flatMap(([name, value]) =>
    isPublic(name) && value !== undefined ? [[name, value] as const] : [],
  );
  return new Map<string, ShellValue>([
    ...given,
    ['HOME', homeDir],
    ['_KUBLER_DIR', shippedDir],
    ['KUBLER_DATA_DIR', dataDir],
  ]);
}

/** The original's data dir of a user, with a kubler.conf and with namespaces for all projects. */
export const userDirOf = (env: Environment, homeDir: string): string =>
  env['KUBLER_DATA_DIR']?.startsWith('/') ? env['KUBLER_DATA_DIR'] : join(homeDir, '.kubler');
