import { findCommand, isExecutable } from '../../../model/find-command.ts';
import type { Check } from './check.ts';

const shell = '/bin/sh';
const callers: readonly string[] = ['popen', 'system', 'wordexp'];

/** The shell that system(3) and popen(3) start. */
export const shellCheck: Check = {
  code: 'shell',
  explanation:
    'Where there is no `/bin/sh`, no program calls `system`, `popen` or `wordexp`, which need it: a warning, as it may never come ' +
    'to that. Libraries are not asked: few programs use all of one.',
  *run({ tree, facts, places }) {
    const found = findCommand(tree, shell, places);
    if (found.found && isExecutable(found.entry)) return;
    for (const [path, { elf }] of facts) {
      const calls = callers.filter((name) => elf?.imports?.includes(name));
      if (calls.length === 0 || elf?.interpreter === undefined || !tree.has(path)) continue;
      yield {
        severity: 'warning',
        subject: `/${path}`,
        message: `calls ${calls.join(' and ')}, which ${calls.length === 1 ? 'needs' : 'need'} ${shell}, and that is not in the image`,
        lacks: { kind: 'command', name: shell },
      };
    }
  },
};
