import { expect, it } from 'vitest';
import { probe } from '../../../../src/adapters/native/probe.ts';

const missing = async (options: { readonly arch?: string; readonly lacks?: string }) =>
  (
    await probe({
      which: (command) => Promise.resolve(command === options.lacks ? undefined : `/bin/${command}`),
      uid: 1000,
      inUserNamespace: false,
      openTempDir: () => Promise.reject(new Error('nothing is tried')),
      ...options,
    })
  ).map(({ tool }) => tool);

it('names commands that are not there', async () => {
  expect(await missing({ lacks: 'nsenter' })).toContain('nsenter');
});

it('knows two architectures', async () => {
  expect(await missing({ arch: 'riscv64' })).toContain('architecture');
  expect(await missing({ arch: 'arm64' })).not.toContain('architecture');
});
