import type { Check } from './check.ts';
import { unansweredNeeds } from './unanswered.ts';

/** The program loader every dynamic program names. */
export const elfInterpreterCheck: Check = {
  code: 'elf-interpreter',
  explanation:
    'The loader that a program names (PT_INTERP) is in the image, executable, and for the same processor.',
  *run(subject) {
    for (const { path, elf, need } of unansweredNeeds(subject, 'loader')) {
      yield {
        severity: subject.severityOf(path, elf),
        subject: `/${path}`,
        message: `needs the loader ${need.name}, ${need.fault}`,
        lacks: { kind: 'library', name: need.name.slice(need.name.lastIndexOf('/') + 1) },
      };
    }
  },
};
