/**
 * An archive member's path relative to the root: `./usr//bin` → `usr/bin`, `.` → the empty path of the root itself.
 * Undefined for a name that is absolute or has a `..`.
 */
export function memberPath(name: string): string | undefined {
  if (name.startsWith('/')) return undefined;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : parts.join('/');
}
