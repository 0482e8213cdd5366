import { envValue } from '../../../oci/env-value.ts';
import { lackedModules } from '../../needs/index.ts';
import { commandsIn, startedCommands } from '../../../oci/started-commands.ts';
import type { Check } from './check.ts';

const languages = { python: 'Python', perl: 'Perl' } as const;

/** What the scripts import that an engine starts. */
export const moduleCheck: Check = {
  code: 'module',
  explanation:
    'Modules that Python and Perl scripts of ENTRYPOINT, CMD and HEALTHCHECK import whenever they are started are where the interpreter looks, ' +
    'and so are those of scripts beside them; modules of packages are not followed.',
  *run({ tree, facts, config, places }) {
    const [pythonPath, perlPath] = ['PYTHONPATH', 'PERL5LIB'].map((name) => envValue(config, name));
    const told = new Set<string>();
    const options = { tree, facts, places, pythonPath, perlPath };
    for (const { instruction, words } of startedCommands(config)) {
      const lacked = commandsIn(words).flatMap((command) =>
        lackedModules(command, options).map((each) => ({ ...each, command })),
      );
      for (const { language, name, importer, command } of lacked) {
        const subject = importer === undefined ? (command[0] ?? '') : `/${importer}`;
        if (told.has(`${subject} ${name}`)) continue;
        told.add(`${subject} ${name}`);
        const needs = `${importer === undefined ? 'needs' : 'imports'} the module ${name}`;
        const message = `${needs}, which no folder of ${languages[language]}'s path holds; ${instruction} starts it`;
        yield { severity: 'error', subject, message, lacks: { kind: language, name } };
      }
    }
  },
};
