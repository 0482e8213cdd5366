import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ContainerOptions } from '../../../../src/model/container-options.ts';
import { faultsOf } from '../../../support/faults-of.ts';
import { imageDir, imageProject } from '../../../support/image-project.ts';
import { loadTestProject } from '../../../support/load-test-project.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const temp = useTempDir();
const projectWith = (files: Readonly<Record<string, string>>): string => imageProject(temp, files);

/** What a build.conf asks for; host paths below its folder begin with `.` here. */
async function read(
  buildConf: string,
  files: Readonly<Record<string, string>> = {},
): Promise<ContainerOptions | undefined> {
  const dir = projectWith({ 'build.conf': buildConf, ...files });
  const { container } = (await loadTestProject(dir)).images.get('web/x') ?? {};
  return JSON.parse(JSON.stringify(container).replaceAll(join(dir, imageDir), '.')) as ContainerOptions;
}

async function faultsIn(
  buildConf: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const faults = await faultsOf(() => read(buildConf, files));
  return faults.map(({ message, at }) => `${at?.line}: ${message.replace(/^.* of image "web\/x": /s, '')}`);
}

test('mounts are absolute, or relative to the folder, and writable unless said otherwise', async () => {
  const found = await read(
    "BUILDER_MOUNTS=('/a/b:/c/' './certs:/usr/local/share/certs:ro' \"${image_path}:/d:rw\")",
  );
  expect(found).toEqual({
    mounts: [
      { hostPath: '/a/b', containerPath: '/c', readOnly: false },
      { hostPath: './certs', containerPath: '/usr/local/share/certs', readOnly: true },
      { hostPath: '.', containerPath: '/d', readOnly: false },
    ],
  });
});

test.each([
  ['/a', '"/a" is not HOST:CONTAINER or HOST:CONTAINER:ro'],
  [
    'cache:/a',
    '"cache" is neither an absolute path nor one that begins with ./, and volumes have no name here',
  ],
  ['/a:b', '"b" is no absolute path without "." and ".."'],
  ['/a:/b/../c', '"/b/../c" is no absolute path without "." and ".."'],
  ['/a:/', 'nothing can be mounted at /'],
  ['/a:/config/x', '/config of a build container is taken'],
  ['/a:/.kubler-apt', '/.kubler-apt of a build container is taken'],
  ['/a:/dev/kvm', '/dev of a build container is taken'],
  ['/a:/b:z', '"z" is none of the options "ro" and "rw"'],
])('a mount %s is a fault', async (mount, reason) => {
  expect(await faultsIn(`BUILDER_MOUNTS=('${mount}')`)).toEqual([`1: ${reason}`]);
});

test('flags of docker run are understood, and join the other settings', async () => {
  const flags = [
    ...["'--add-host' 'db.test:192.0.2.1' '--add-host=six.test:[2001:db8::1]' --dns 192.0.2.2"],
    ...['--cap-drop cap_kill --cap-add=SYS_PTRACE --cpus 1.5 --cpuset-cpus=0-1,3 -m 512m --pids-limit=100'],
    ...[
      '--shm-size 64m --tmpfs=/scratch:rw,size=1g --tmpfs /more --ulimit nofile=1024:2048 --ulimit=memlock=-1',
    ],
    ...["-v ./in:/in:ro -eA=1 --env 'B=x y=z' -e=C="],
  ];
  expect(await read(`BUILDER_MOUNTS=(/a:/b)\nBUILDER_DOCKER_ARGS=(${flags.join('\n')})\n`)).toEqual({
    mounts: [
      { hostPath: '/a', containerPath: '/b', readOnly: false },
      { hostPath: './in', containerPath: '/in', readOnly: true },
    ],
    hosts: [
      { name: 'db.test', address: '192.0.2.1' },
      { name: 'six.test', address: '2001:db8::1' },
    ],
    dns: ['192.0.2.2'],
    capDrop: ['KILL'],
    ptrace: true,
    limits: { cpus: 1.5, cpuset: '0-1,3', memoryBytes: 512 << 20, pids: 100 },
    shmBytes: 64 << 20,
    tmpfs: [{ containerPath: '/scratch', sizeBytes: 1 << 30 }, { containerPath: '/more' }],
    ulimits: [
      { name: 'nofile', soft: 1024, hard: 2048 },
      { name: 'memlock', soft: -1, hard: -1 },
    ],
    env: { A: '1', B: 'x y=z', C: '' },
  });
});

test('what is not supported is named in one fault with its line', async () => {
  const conf =
    "BOB_X=1\nBUILDER_DOCKER_ARGS=('--privileged' '--device' '/dev/kvm' '--cap-add' 'SYS_ADMIN'\n '--frob=1' 'stray' '--cpus' 'x' '--dns')";
  expect(await faultsIn(conf)).toEqual([
    '2: --privileged: build containers are never privileged; ' +
      '--device: build containers get no devices of the host; ' +
      '--cap-add: a build container can be given no capability but SYS_PTRACE; ' +
      '--frob: it is not supported; stray: it is no flag; --cpus: "x" is not a number; --dns: it needs a value',
  ]);
});

test.each([
  ['--add-host=a', '"a" is not NAME:ADDRESS'],
  ['--add-host=a:host-gateway', '"a:host-gateway" is not NAME:ADDRESS'],
  ['--dns=1.2.3', '"1.2.3" is not an address'],
  ['-e=HOME', '"HOME" is not NAME=VALUE, and nothing is taken from the environment of Kubler'],
  ['--tmpfs=/a:size=1g,uid=7', 'of its options only "size" can be set, not "size=1g,uid=7"'],
  ['--tmpfs=/proc/a', '/proc of a build container is taken'],
  ['--ulimit=files=1', '"files=1" is not NAME=SOFT[:HARD]'],
  ['--pids-limit=0', '"0" is not a number'],
  ['--net=none', 'hooks have the network of the host, package managers have none'],
  [
    '--security-opt=seccomp=unconfined',
    'BUILDER_SECCOMP says which system calls there are, and nothing else can be loosened',
  ],
])('%s is a fault', async (flag, reason) => {
  const [fault] = await faultsIn(`BUILDER_DOCKER_ARGS=('${flag}')`);
  expect(fault).toContain(reason);
});

describe('BUILDER_SECCOMP', () => {
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
    syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW', args: null, includes: { minKernel: '4.8' } }],
  };

  test('is a profile, or "unconfined"', async () => {
    const files = { 'profile.json': JSON.stringify(profile) };
    expect(await read("BUILDER_SECCOMP='profile.json'", files)).toEqual({ seccomp: profile });
    expect(await read('BUILDER_SECCOMP="${image_path}/profile.json"', files)).toEqual({ seccomp: profile });
    expect(await read('BUILDER_SECCOMP=unconfined')).toEqual({ seccomp: 'unconfined' });
  });

  test.each([
    ['{', 'it is not JSON'],
    ['[]', 'it must be a mapping of keys to values'],
    ['{}', '"defaultAction": it is missing'],
    ['{"defaultAction":"ALLOW"}', '"defaultAction": it must be an action such as "SCMP_ACT_ERRNO"'],
    ['{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"]}]}', '"syscalls[0].action"'],
  ])('with %s is a fault', async (text, reason) => {
    const [fault] = await faultsIn("BUILDER_SECCOMP='./p.json'", { 'p.json': text });
    expect(fault).toContain(reason);
  });

  test('that is not there is a fault', async () => {
    const [fault] = await faultsIn('\nBUILDER_SECCOMP=none');
    expect(fault).toMatch(/^2: there is no ".*\/images\/x\/none"$/);
  });
});
