import { mayBeExampleKey } from '../../../model/private-key.ts';
import type { Check } from './check.ts';

/** Where maintainer scripts of Debian make keys for the machine that a package is installed on. */
const madeByScripts = /^etc\/ssh\/ssh_host_\w+_key$|^etc\/ssl\/private\/ssl-cert-snakeoil\.key$/;

/** Keys that everyone who has the image has as well. */
export const privateKeyCheck: Check = {
  code: 'private-key',
  explanation:
    'No file has a private key in it, in PEM or OpenPGP armour, but examples that packages brought; a warning for keys that installing a package has made.',
  *run({ tree, facts }) {
    for (const [path, { holdsKey }] of facts) {
      const entry = tree.get(path);
      if (!holdsKey || !entry || entry.origin?.kind === 'package') continue;
      if (mayBeExampleKey(path) && entry.origin?.kind !== 'dockerfile') continue;
      yield {
        severity: madeByScripts.test(path) ? 'warning' : 'error',
        subject: `/${path}`,
        message: 'holds a private key, which everyone who has the image has as well',
        repair: 'leave it out, and hand it in when the image is run',
      };
    }
  },
};
