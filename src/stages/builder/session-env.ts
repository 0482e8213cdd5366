import type { PackageManagerName } from '../../model/package-manager.ts';

/**
 * Environment of every command in a build container, and all that commands other than hooks get: fixed, so that what
 * they make depends on nothing their key does not know.
 * @param epoch seconds since 1970
 */
export const sessionEnv = (
  epoch: number,
  packageManager: PackageManagerName,
): Readonly<Record<string, string>> => ({
  SOURCE_DATE_EPOCH: String(epoch),
  TZ: 'UTC',
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
  PYTHONHASHSEED: '0',
  KUBLER_PACKAGE_MANAGER: packageManager,
  ...(packageManager === 'apt' && { DEBIAN_FRONTEND: 'noninteractive', APT_CONFIG: '/.kubler/apt/apt.conf' }),
});
