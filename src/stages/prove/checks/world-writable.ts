import type { Check } from './check.ts';

const sticky = 0o1000;
const byOthers = 0o002;

/** What everyone may change. */
export const worldWritableCheck: Check = {
  code: 'world-writable',
  explanation:
    'Nobody but its owner and group may write to a file; to a folder only where others cannot remove what is not theirs (mode 1777).',
  *run({ tree }) {
    for (const { path, type, mode } of tree.values()) {
      if (type === 'symlink' || (mode & byOthers) === 0) continue;
      if (type === 'directory' && (mode & sticky) !== 0) continue;
      const octal = (mode & 0o7777).toString(8).padStart(4, '0');
      yield {
        severity: 'warning',
        subject: `/${path}`,
        message: `can be ${type === 'directory' ? 'emptied and filled' : 'changed'} by everyone (mode ${octal})`,
        repair: `chmod ${type === 'directory' ? '+t, or ' : ''}o-w in finish_rootfs_build`,
      };
    }
  },
};
