import type { Check } from './check.ts';
import { unansweredNeeds } from './unanswered.ts';

/** What programs are known to open once they run. */
export const runTimeLoadCheck: Check = {
  code: 'run-time-load',
  explanation:
    'Libraries that are loaded although no header names them are there: those that glibc is known to load, and those that a ' +
    'program or library lists (`.note.dlopen`), with a warning for what it only recommends.',
  *run(subject) {
    for (const { path, elf, need } of unansweredNeeds(subject, 'load')) {
      if (need.importance === 'optional') continue;
      const names = need.name.split(' or ');
      const isRecommended = need.importance === 'recommended';
      // Packages recommend what their files do; who takes a package without that knows.
      if (isRecommended && names.every((name) => subject.isMeantToLack(path, name))) continue;
      yield {
        severity: isRecommended ? 'warning' : subject.severityOf(path, elf),
        subject: `/${path}`,
        message: `loads ${need.name} ${need.reason ?? 'at run time'}, ${need.fault}`,
        lacks: { kind: 'library', name: names[0] ?? need.name },
      };
    }
  },
};
