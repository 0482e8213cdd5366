import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { explainWriteFailure } from '../../../../src/model/write-failure.ts';
import type { Session } from '../../../../src/ports/engine.ts';
import { runStep, type BuildContext } from '../../../../src/stages/builder/build-step.ts';

const logDir = mkdtempSync(join(tmpdir(), 'kubler-step-'));
afterAll(() => rmSync(logDir, { recursive: true }));

/** A session whose commands print these lines and end with status 1. */
const failing = (lines: readonly string[]): Session => ({
  exec: ({ log }) => {
    for (const line of lines) log(line);
    return Promise.resolve({ exitCode: 1, stdout: '' });
  },
  commit: () => Promise.resolve(),
  keep: () => Promise.resolve(new Map()),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

async function failureOf(lines: readonly string[]): Promise<unknown> {
  const context: BuildContext = {
    ...{ session: failing(lines), subject: 'a/b', configDir: logDir, hookEnv: {}, logDir },
    ...{ secrets: ['pass'], progress: () => undefined },
  };
  const step = { name: 'install', root: 'target', argv: ['apt-get'] } as const;
  return runStep(context, step).catch(explainWriteFailure);
}

const others = Array.from({ length: 60 }, (_, at) => `Unpacking package ${at} ...`);

test('a step that ran out of disk long before it ended is told from one that failed', async () => {
  const full = 'dpkg: error: failed to write (No space left on device), pass';
  expect(await failureOf([full, ...others])).toMatchObject({
    code: 'HOST_WRITE_FAILED',
    details: [full.replace('pass', '***'), ...others.slice(-40)],
  });
  expect(await failureOf(others)).toMatchObject({
    code: 'BUILD_COMMAND_FAILED',
    details: others.slice(-40),
  });
});
