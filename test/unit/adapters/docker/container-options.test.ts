import { expect, it } from 'vitest';
import { toHostOptions } from '../../../../src/adapters/docker/container-options.ts';
import type { DockerHost } from '../../../../src/adapters/docker/host.ts';

const host = (name: 'docker' | 'podman'): DockerHost =>
  ({
    name,
    ulimits: [
      { Name: 'nofile', Soft: 1, Hard: 2 },
      { Name: 'nproc', Soft: 3, Hard: 3 },
    ],
  }) as unknown as DockerHost;
const where = { network: 'host', seccompPath: '/volume/seccomp.json' } as const;

it('limits are those of the API', () => {
  const limits = { cpus: 1.5, cpuset: '0-1', memoryBytes: 1 << 29, pids: 100 };
  expect(toHostOptions(host('docker'), { limits }, where)).toMatchObject({
    ...{ NanoCpus: 1.5e9, CpusetCpus: '0-1', Memory: 1 << 29, PidsLimit: 100 },
  });
});

it('a limit of its own takes the place of that of the machine', () => {
  const ulimits = [{ name: 'nofile', soft: 7, hard: 8 }];
  expect(toHostOptions(host('podman'), { ulimits }, where)).toMatchObject({
    Ulimits: [
      { Name: 'nproc', Soft: 3, Hard: 3 },
      { Name: 'nofile', Soft: 7, Hard: 8 },
    ],
  });
});

it('Docker is given a seccomp profile, Podman the path of one', () => {
  const seccomp = { defaultAction: 'SCMP_ACT_ALLOW' };
  expect(toHostOptions(host('docker'), { seccomp }, where)).toMatchObject({
    SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
  });
  expect(toHostOptions(host('podman'), { seccomp }, where)).toMatchObject({
    SecurityOpt: ['seccomp=/volume/seccomp.json'],
  });
});

it('names are for who has a network', () => {
  const options = { hosts: [{ name: 'a.test', address: '2001:db8::1' }], dns: ['192.0.2.1'] };
  expect(toHostOptions(host('docker'), options, where)).toMatchObject({
    ...{ ExtraHosts: ['a.test:2001:db8::1'], Dns: ['192.0.2.1'] },
  });
  expect(toHostOptions(host('docker'), options, { ...where, network: 'none' })).not.toHaveProperty('Dns');
});
