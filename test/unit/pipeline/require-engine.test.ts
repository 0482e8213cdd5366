import { expect, it } from 'vitest';
import { requireEngine, requireIndexTools } from '../../../src/pipeline/require-engine.ts';
import type { Workspace } from '../../../src/pipeline/workspace.ts';

const user = {
  packageManager: 'apt',
  base: { kind: 'mmdebstrap' },
  settings: { apt: { keyring: '/keys' } },
} as const;
const runc = { tool: 'runc', need: 'runs containers', debianPackage: 'runc' };

/** A host without any command; its engine lacks runc. */
const host = {
  engine: { name: () => Promise.resolve('native' as const), probe: () => Promise.resolve([runc]) },
  runner: { which: () => Promise.resolve(undefined) },
} as unknown as Workspace;
const line = 'sudo apt-get install --yes --no-install-recommends';

it('names what engine and builders need, in one line to paste', async () => {
  await expect(requireEngine(host, [user])).rejects.toMatchObject({
    code: 'HOST_MISSING_TOOL',
    hint: `${line} apt gpgv mmdebstrap runc xz-utils`,
  });
  await expect(requireEngine(host)).rejects.toMatchObject({ hint: `${line} runc` });
});

it('asks for no engine where only indexes are fetched', async () => {
  await expect(requireIndexTools(host, [user])).rejects.toMatchObject({ hint: `${line} gpgv xz-utils` });
});

it('asks for what publishes ports only where ports are published', async () => {
  const tun = { tool: '/dev/net/tun', need: 'publishes ports', fix: 'sudo chmod', optional: true };
  const slow = {
    ...host,
    engine: { name: () => Promise.resolve('native' as const), probe: () => Promise.resolve([tun]) },
  } as unknown as Workspace;
  await requireEngine(slow);
  await expect(requireEngine(slow, [], { ports: true })).rejects.toMatchObject({
    message: 'cannot publish ports: this machine lacks what it needs',
    details: ['/dev/net/tun: publishes ports'],
    hint: 'sudo chmod',
  });
});
