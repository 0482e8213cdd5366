import { isPrivate } from '../../needs/index.ts';
import type { Check } from './check.ts';
import { unansweredNeeds } from './unanswered.ts';

/** The shared libraries every program and library names. */
export const elfNeededCheck: Check = {
  code: 'elf-needed',
  explanation:
    'Every shared library that a program or library names (DT_NEEDED) is where its loader looks: RPATH, ' +
    'LD_LIBRARY_PATH, RUNPATH, ld.so.conf and the default folders, for the same processor.',
  *run(subject) {
    for (const { path, elf, need } of unansweredNeeds(subject, 'library')) {
      const isPlugin = elf.interpreter === undefined && isPrivate(path);
      if (isPlugin && subject.isMeantToLack(path, need.name)) continue;
      yield {
        severity: subject.severityOf(path, elf),
        subject: `/${path}`,
        message: `needs ${need.name}, ${need.fault}`,
        lacks: { kind: 'library', name: need.name },
      };
    }
  },
};
