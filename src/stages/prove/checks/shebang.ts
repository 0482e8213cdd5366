import { missingInterpreter } from '../../../model/find-interpreter.ts';
import { isModule } from '../../../model/shebang.ts';
import type { Check } from './check.ts';

/** The interpreters executable scripts name. */
export const shebangCheck: Check = {
  code: 'shebang',
  explanation:
    'The interpreter of every executable script is in the image, for `env` also the command it looks up in PATH; ' +
    'modules that programs import are not asked.',
  *run({ tree, facts, places }) {
    for (const [path, { shebang }] of facts) {
      if (shebang === undefined || !tree.has(path) || isModule(path)) continue;
      const missing = missingInterpreter(tree, shebang, places);
      if (missing === undefined) continue;
      const lacks = { kind: 'command', name: missing.command } as const;
      const message = `needs the interpreter ${missing.command}, which ${missing.fault}`;
      yield { severity: 'error', subject: `/${path}`, message, lacks };
    }
  },
};
