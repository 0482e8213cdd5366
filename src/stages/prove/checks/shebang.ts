import type { Check } from './check.ts';

const isCommand = /(?:^|\/)s?bin\//;

/** The interpreters executable scripts name. */
export const shebangCheck: Check = {
  code: 'shebang',
  explanation:
    'The interpreter of every executable script is in the image, for `env` also the command it looks up in PATH; ' +
    'modules that programs import are not asked.',
  *run({ tree, facts, needs, isMeantToLack }) {
    for (const [path, { shebang }] of facts) {
      if (shebang === undefined || !tree.has(path)) continue;
      const missing = needs.of(path).find(({ answer }) => answer.length === 0);
      if (missing === undefined || (!isCommand.test(path) && isMeantToLack(path, missing.name))) continue;
      yield {
        severity: 'error',
        subject: `/${path}`,
        message: `needs the interpreter ${missing.name}, ${missing.fault}`,
        lacks: { kind: 'command', name: missing.name },
      };
    }
  },
};
