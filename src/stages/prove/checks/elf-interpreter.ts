import { isExecutable } from '../../../model/find-command.ts';
import { resolvePath } from '../../../model/resolve-path.ts';
import { otherCLibrary } from '../../needs/index.ts';
import { sameKind } from '../../needs/index.ts';
import type { Check } from './check.ts';

const notThere = (reason: string | undefined): string =>
  `which is not in the image${reason === undefined ? '' : `: ${reason}`}`;

/** The program loader every dynamic program names. */
export const elfInterpreterCheck: Check = {
  code: 'elf-interpreter',
  explanation:
    'The loader that a program names (PT_INTERP) is in the image, executable, and for the same processor.',
  *run({ tree, facts, severityOf }) {
    for (const [path, { elf }] of facts) {
      if (elf?.interpreter === undefined || !tree.has(path)) continue;
      const { interpreter } = elf;
      const loader = resolvePath(tree, interpreter);
      const loaderElf = loader.found ? facts.get(loader.path)?.elf : undefined;
      let fault: string | undefined;
      if (!loader.found) fault = notThere(otherCLibrary(tree, elf));
      else if (!isExecutable(loader.entry)) fault = 'which is no executable file';
      else if (!loaderElf || !sameKind(loaderElf, elf)) fault = 'which is not for the same processor';
      if (fault === undefined) continue;
      const message = `needs the loader ${interpreter}, ${fault}`;
      yield {
        severity: severityOf(path, elf),
        subject: `/${path}`,
        message,
        lacks: { kind: 'library', name: interpreter.slice(interpreter.lastIndexOf('/') + 1) },
      };
    }
  },
};
