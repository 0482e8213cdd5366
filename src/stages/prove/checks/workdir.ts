import { resolvePath } from '../../../model/resolve-path.ts';
import type { Check } from './check.ts';

/** The folder an image starts in. */
export const workdirCheck: Check = {
  code: 'workdir',
  explanation:
    'WORKDIR is a folder; a warning when it is missing, since engines then make one that root owns.',
  *run({ tree, config }) {
    const { WorkingDir: path = '' } = config;
    const found = resolvePath(tree, path);
    if (!found.found && found.reason === 'missing') {
      yield {
        severity: 'warning',
        subject: path,
        message: 'is the WORKDIR, and not in the image: the engine makes it, for root',
      };
    } else if (!found.found || (found.entry && found.entry.type !== 'directory')) {
      yield { severity: 'error', subject: path, message: 'is the WORKDIR, and no folder' };
    }
  },
};
