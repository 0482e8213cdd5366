import { findAccount } from '../../../model/accounts.ts';
import type { Check } from './check.ts';

/** The user and group an image runs as. */
export const userCheck: Check = {
  code: 'user',
  explanation:
    'The user and group that USER names have lines in `/etc/passwd` and `/etc/group`; numbers need none.',
  *run({ facts, config }) {
    const [user = '', group = ''] = (config.User ?? '').split(':', 2);
    const accounts = [
      { kind: 'user', name: user, file: 'etc/passwd' },
      { kind: 'group', name: group, file: 'etc/group' },
    ];
    for (const { kind, name, file } of accounts) {
      if (name === '' || /^\d+$/.test(name) || findAccount(facts.get(file)?.text ?? '', name)) continue;
      const message = `USER names the ${kind} "${name}", which has no line with a number in it`;
      const repair = `make it in configure_rootfs_build, or give its number`;
      yield { severity: 'error', subject: `/${file}`, message, repair };
    }
  },
};
