import { describe, expect, test } from 'vitest';
import { KublerError } from '../../../../src/errors.ts';
import type { ContainerExecSpec, RunningContainer, StartSpec } from '../../../../src/ports/engine.ts';
import { runAlone, runInside } from '../../../../src/stages/image-test/container.ts';
import type { TestSubject } from '../../../../src/stages/image-test/index.ts';
import { openOutput } from '../../../../src/stages/image-test/output.ts';

const never = new Promise<never>(() => undefined);

/** A container whose own command, and every other, ends as `ending` says. Its clock runs only while someone waits. */
function open(ending: () => Promise<number>, takesMs = 0) {
  let now = 0;
  let isDisposed = false;
  const container = {
    exec: async () => {
      now += takesMs;
      return { exitCode: await ending(), stdout: '' };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(void (isDisposed = true)),
  };
  const subject = {
    process: () => ({}),
    clock: { elapsed: () => now, sleep: () => new Promise((resolve) => setTimeout(resolve, 50)) },
    engine: { start: (spec: StartSpec) => Promise.resolve({ ...container, exited: exitOf(spec) }) },
  } as unknown as TestSubject;
  const exitOf = (spec: StartSpec) => (spec.argv[0] === 'hangs' ? never : ending());
  return { subject, container: container as unknown as RunningContainer, isDisposed: () => isDisposed };
}

const log: ContainerExecSpec['log'] = () => undefined;
const options = { rules: {}, timeoutMs: 1500, log };
const late = { reason: 'it was still running after 1.5 s' };

describe('a command by itself', () => {
  test('gives its status', async () => {
    const { subject, isDisposed } = open(() => Promise.resolve(137));
    expect(await runAlone(subject, { ...options, argv: ['ends'] })).toBe(137);
    expect(isDisposed()).toBe(true);
  });

  test('is late when it has not ended', async () => {
    const { subject, isDisposed } = open(() => never);
    expect(await runAlone(subject, { ...options, argv: ['hangs'] })).toEqual(late);
    expect(isDisposed()).toBe(true);
  });
});

describe('a command inside', () => {
  const inside = (status: () => Promise<number>, takesMs: number) => {
    const { subject, container } = open(status, takesMs);
    return runInside(subject, container, { ...options, argv: ['x'] });
  };

  test('was killed for being late, or by others', async () => {
    expect(await inside(() => Promise.resolve(137), 1500)).toEqual(late);
    expect(await inside(() => Promise.resolve(137), 1499)).toBe(137);
  });

  test('that cannot be started is a failure; what else goes wrong is not', async () => {
    const refused = new KublerError('PROGRAM_NOT_FOUND', 'cannot run "x": not found');
    expect(await inside(() => Promise.reject(refused), 0)).toEqual({ reason: refused.message });
    const other = new KublerError('INTERRUPTED', 'cannot run "x": interrupted');
    await expect(inside(() => Promise.reject(other), 0)).rejects.toBe(other);
  });
});

test('output is collected by stream, up to a limit', () => {
  const lines: string[] = [];
  const output = openOutput((line) => void lines.push(line));
  output.log('a', 'stdout');
  output.log('b', 'stderr');
  output.log('', 'stdout');
  expect(output.texts).toEqual({ stdout: 'a\n\n', stderr: 'b\n' });
  expect(lines).toEqual(['a', 'b', '']);
  const print = () => output.log('x'.repeat(1 << 20), 'stderr');
  [1, 2, 3].forEach(print);
  expect(print).toThrow('it printed more than 4194304 characters to stderr');
});
