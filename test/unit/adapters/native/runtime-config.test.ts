import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCapabilities, runCapabilities } from '../../../../src/adapters/native/capabilities.ts';
import { toRuntimeConfig, type ContainerSpec } from '../../../../src/adapters/native/runtime-config.ts';

const spec: ContainerSpec = {
  rootDir: '/data/tmp/1-2-3/target-0/root',
  readOnlyRoot: false,
  argv: ['bash', '-c', 'echo "$1"', 'sh', 'a b'],
  env: ['PATH=/usr/bin', 'TZ=UTC'],
  cwd: '/',
  uid: 0,
  gid: 0,
  additionalGids: [],
  hostname: 'kubler',
  capabilities: buildCapabilities,
  noNewPrivileges: true,
  terminal: false,
  network: 'host',
  tmpfs: [],
  binds: [
    { hostPath: '/project/images/jq', containerPath: '/config', readOnly: true },
    { hostPath: '/data/tmp/1-2-3/target-0/root', containerPath: '/emerge-root', readOnly: false },
  ],
  arch: 'x64',
};

it('the config of a build container is the reviewed one', async () => {
  const golden = join(import.meta.dirname, 'golden/build-config.golden');
  await expect(`${JSON.stringify(toRuntimeConfig(spec), null, 1)}\n`).toMatchFileSnapshot(golden);
});

it('a user other than root holds no capability', () => {
  const { capabilities, user } = toRuntimeConfig({
    ...spec,
    uid: 33,
    gid: 33,
    capabilities: runCapabilities,
  }).process;
  expect(capabilities).toEqual({ bounding: runCapabilities, effective: [], permitted: [] });
  expect(user).toMatchObject({ uid: 33, gid: 33, umask: 0o022 });
});

it('a network of its own is a namespace', () => {
  const types = (network: ContainerSpec['network']) =>
    toRuntimeConfig({ ...spec, network }).linux.namespaces.map(({ type }) => type);
  expect(types('host')).not.toContain('network');
  expect(types('none')).toEqual([...types('host'), 'network']);
  const { linux } = toRuntimeConfig({ ...spec, network: { path: '/run/network' } });
  expect(linux.namespaces).toContainEqual({ type: 'network', path: '/run/network' });
});

it('root of a user namespace shows the /sys of a network that is not its own', () => {
  const sys = (network: ContainerSpec['network'], inUserNamespace: boolean) =>
    toRuntimeConfig({ ...spec, network }, { inUserNamespace }).mounts.find(
      ({ destination }) => destination === '/sys',
    );
  expect(sys('host', true)).toMatchObject({ type: 'bind', source: '/sys' });
  expect(sys('host', true)?.options).toContain('rro');
  expect(sys('none', true)).toEqual(sys('none', false));
  expect(sys('host', false)?.type).toBe('sysfs');
});

it.each([
  'CAP_SYS_ADMIN',
  'CAP_MKNOD',
  'CAP_SYS_PTRACE',
  'CAP_NET_ADMIN',
  'CAP_DAC_READ_SEARCH',
  'CAP_SYS_MODULE',
])('nobody gets %s', (name) => expect([...buildCapabilities, ...runCapabilities]).not.toContain(name));

it('an architecture without a table of its own has the filter of the native one', () => {
  expect(toRuntimeConfig({ ...spec, arch: 'riscv64' }).linux.seccomp).not.toHaveProperty('architectures');
  expect(toRuntimeConfig({ ...spec, arch: 'arm64' }).linux.seccomp).toHaveProperty('architectures');
});
