import type { Check } from './check.ts';

/** The interpreters executable scripts name. */
export const shebangCheck: Check = {
  code: 'shebang',
  explanation:
    'The interpreter of every executable script is in the image, for `env` also the command it looks up in PATH; ' +
    'modules that programs import are not asked.',
  *run({ tree, facts, needs }) {
    for (const [path, { shebang }] of facts) {
      if (shebang === undefined || !tree.has(path)) continue;
      const missing = needs.of(path).find(({ answer }) => answer.length === 0);
      if (missing === undefined) continue;
      yield {
        severity: 'error',
        subject: `/${path}`,
        message: `needs the interpreter ${missing.name}, ${missing.fault}`,
        lacks: { kind: 'command', name: missing.name },
      };
    }
  },
};
