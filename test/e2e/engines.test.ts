import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { engineStatus } from '../../src/adapters/docker/engine-status.ts';
import { createProcessRunner } from '../../src/adapters/system/process-runner.ts';
import type { ApiEngineName, EngineStatus, HostReport } from '../../src/model/engine-status.ts';
import { startDocker, startPodman, type DockerDaemon } from '../support/docker-daemon.ts';
import { exportImage } from '../support/exported-image.ts';
import { freePort } from '../support/free-port.ts';
import { kubler } from '../support/kubler.ts';
import { makeCertificates } from '../support/make-certificates.ts';
import { readImage } from '../support/read-image.ts';
import { requires } from '../support/requires.ts';
import { startSshServer, type SshServer } from '../support/ssh-server.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const template = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const project = {
  'kubler.config.yaml': 'tags: ["1", latest]\n',
  'namespaces/eng/images/base/build.sh':
    'finish_rootfs_build() { head -c 5000000 /dev/zero > "${_ROOTFS}/zeros"; }\n',
  'namespaces/eng/images/base/Dockerfile.template': template,
  'namespaces/eng/images/child/build.conf': "IMAGE_PARENT='base'\n",
  'namespaces/eng/images/child/build.sh': 'finish_rootfs_build() { echo child > "${_ROOTFS}/made"; }\n',
  'namespaces/eng/images/child/Dockerfile.template': `${template}ENV A=b\n`,
};

requires(
  'root',
  'runc',
  'debootstrap',
  'docker',
  'dockerd',
  'podman',
  'sshd',
  'openssl',
)('Docker and Podman', () => {
  const dir = useTempDir();
  const { signal } = new AbortController();
  let docker: DockerDaemon;
  let podman: DockerDaemon;
  let ssh: SshServer;
  let tcp: string;
  let old: Server;

  beforeAll(async () => {
    for (const name of ['certs', 'ssh', 'empty']) mkdirSync(join(dir, name));
    const tls = makeCertificates(join(dir, 'certs'));
    copyFileSync(tls.certFile, join(dir, 'certs/cert.pem'));
    copyFileSync(tls.keyFile, join(dir, 'certs/key.pem'));
    tcp = `tcp://127.0.0.1:${await freePort()}`;
    const files = [`--tlscacert=${tls.caFile}`, `--tlscert=${tls.certFile}`, `--tlskey=${tls.keyFile}`];
    writeTree(dir, project);
    old = await serveOldDaemon();
    [docker, podman, ssh] = await Promise.all([
      startDocker(join(dir, 'docker'), [`--host=${tcp}`, '--tlsverify', ...files]),
      startPodman(join(dir, 'podman')),
      startSshServer(join(dir, 'ssh')),
    ]);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    old.close();
    await Promise.all([docker.stop(), podman.stop(), ssh.stop()]);
  });

  describe('are found', () => {
    const status = (engine: ApiEngineName, env: Readonly<Record<string, string>>): Promise<EngineStatus> => {
      const runner = createProcessRunner({ signal });
      return engineStatus(engine, { env, homeDir: dir, which: (command) => runner.which(command), signal });
    };
    const version = (): string =>
      docker.docker(['version', '--format', '{{.Server.Version}}']).toString().trim();
    const certs = (): Record<string, string> => ({
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: join(dir, 'certs'),
    });

    it('at a socket, with what is to be known', async () => {
      const common = { isReady: true, isRootless: false };
      const env = { HOME: dir, DOCKER_HOST: docker.host, CONTAINER_HOST: podman.host };
      const { engines } = JSON.parse((await kubler(['doctor', '--json'], { env })).stdout) as HostReport;
      expect(engines[1]).toEqual({
        ...common,
        ...{ engine: 'docker', version: version(), apiVersion: expect.stringMatching(/^1\./) as string },
        ...{ endpoint: docker.host, source: 'DOCKER_HOST', storageDriver: expect.any(String) as string },
      });
      expect(engines[2]).toMatchObject({
        ...common,
        ...{ endpoint: podman.host, source: 'CONTAINER_HOST' },
        version: podman.docker(['version', '--format', '{{.Server.Version}}']).toString().trim(),
      });
    });

    it('over TLS, where both prove who they are', async () => {
      expect(await status('docker', { DOCKER_HOST: tcp, ...certs() })).toMatchObject({
        ...{ isReady: true, version: version(), endpoint: `${tcp} (TLS)` },
      });
    });

    it('over ssh, in one connection', async () => {
      const before = await status('docker', { DOCKER_HOST: `${ssh.address}/x` });
      vi.stubEnv('PATH', `${ssh.binDir}:${process.env['PATH'] ?? ''}`);
      const address = `${ssh.address}${docker.socketPath}`;
      expect(await status('docker', { DOCKER_HOST: address })).toMatchObject({
        ...{ isReady: true, version: version(), endpoint: address },
      });
      expect(await status('docker', { DOCKER_HOST: `${ssh.address}/no/such` })).toMatchObject({
        problem: expect.stringContaining('ssh works, but the socket there does not answer') as string,
      });
      expect(before).toMatchObject({
        problem: expect.stringContaining('Host key verification failed') as string,
        hint: expect.stringContaining('try: ssh root@127.0.0.1 true') as string,
      });
    });

    it('in a context that the Docker client made', async () => {
      const client = (...args: string[]): void => {
        const env = { PATH: process.env['PATH'], HOME: dir };
        execFileSync('docker', args, { env, stdio: 'ignore' });
      };
      const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => join(dir, 'certs', name));
      client('context', 'create', 'far', '--docker', `host=${tcp},ca=${ca},cert=${cert},key=${key}`);
      expect(await status('docker', { DOCKER_CONTEXT: 'far' })).toMatchObject({
        isReady: true,
        source: 'context "far"',
      });
      client('context', 'use', 'far');
      expect(await status('docker', {})).toMatchObject({ isReady: true, source: 'context "far"' });
      client('context', 'use', 'default');
    });

    it.each([
      [
        'nobody is there',
        () => ({ DOCKER_HOST: 'unix:///no/such' }),
        'it does not run',
        'systemctl start docker',
      ],
      [
        'a socket nobody listens at',
        () => ({ DOCKER_HOST: abandonedSocket(dir) }),
        'nobody listens',
        'systemctl start docker',
      ],
      ['TLS is asked for', () => ({ DOCKER_HOST: tcp }), 'it wants TLS', 'DOCKER_TLS_VERIFY=1'],
      [
        'no one vouches for it',
        () => ({ ...certs(), DOCKER_HOST: tcp, DOCKER_CERT_PATH: join(dir, 'empty') }),
        'TLS: ',
        'ca.pem',
      ],
      [
        'it is too old',
        () => ({ DOCKER_HOST: `tcp://127.0.0.1:${(old.address() as AddressInfo).port}` }),
        'has API 1.24, 1.41 is needed',
        'Docker 20.10',
      ],
      ['the address is none', () => ({ DOCKER_HOST: 'ftp://x' }), 'no address', 'unix:///'],
    ])('says what is wrong when %s', async (_, env, problem, hint) => {
      expect(await status('docker', env())).toEqual({
        ...{ engine: 'docker', isReady: false },
        problem: expect.stringContaining(problem) as string,
        hint: expect.stringContaining(hint) as string,
      });
    });
  });

  describe.each(['docker', 'podman'] as const)('%s', (engine) => {
    const daemon = (): DockerDaemon => (engine === 'docker' ? docker : podman);
    const env = () => ({ DOCKER_HOST: docker.host, CONTAINER_HOST: podman.host });
    const inspect = (name: string): Inspected =>
      (JSON.parse(daemon().docker(['image', 'inspect', name]).toString()) as Inspected[])[0]!;

    it('has what build --load brings, under the ID and tags of Kubler, with the layers of its parent', async () => {
      const { exitCode, stdout, stderr } = await kubler(['build', `--load=${engine}`, '--json'], {
        cwd: dir,
        env: env(),
      });
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toContain(`${engine}: load 2 images`);
      const built = JSON.parse(stdout) as { image: string; imageId: string }[];
      for (const { image, imageId } of built)
        expect(inspect(`${image}:1`).Id.replace(/^(sha256:)?/, 'sha256:')).toBe(imageId);
      expect(inspect('eng/child:latest').Id).toBe(inspect('eng/child:1').Id);
      const [base, child] = [inspect('eng/base:1'), inspect('eng/child:1')].map(
        ({ RootFS }) => RootFS.Layers,
      );
      expect(child?.slice(0, base?.length)).toEqual(base);
      expect(
        daemon().docker(['history', '--quiet', 'eng/child:1']).toString().trim().split('\n').length,
      ).toBeGreaterThan(1);
    });

    it('is sent nothing twice, and is given tags that it lost', async () => {
      daemon().docker(['rmi', 'eng/child:1']);
      const { exitCode, stderr } = await kubler(['build', '--load', engine, 'eng'], { cwd: dir, env: env() });
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toContain(`${engine}: skipped, it has the images`);
      expect(inspect('eng/child:1').Id).toBe(inspect('eng/child:latest').Id);
    });

    it('is sent a layer of a child alone, and makes the same image of it', async () => {
      const { Id } = inspect('eng/child:1');
      daemon().docker(['rmi', 'eng/child:1', 'eng/child:latest']);
      const { exitCode, stderr } = await kubler(['build', '--load', engine, 'eng/child'], {
        cwd: dir,
        env: env(),
      });
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toContain(`${engine}: load 1 image`);
      expect(inspect('eng/child:1').Id).toBe(Id);
    });

    it('gives an image or a container to kubler import, with what it runs with', async () => {
      const call = async (...args: readonly string[]): Promise<string> => {
        const { exitCode, stdout, stderr } = await kubler(['import', '--json', '--force', ...args], {
          ...{ cwd: dir, env: env() },
        });
        expect(exitCode, stderr).toBe(0);
        return (JSON.parse(stdout) as { imageId: string }).imageId;
      };
      const image = await call(`${engine}:eng/child:1`, `from/${engine}`);
      expect(await call(`${engine}:eng/child:1`, `from/${engine}`)).toBe(image);
      daemon().docker(['create', '--name', 'changed', '--network', 'none', 'eng/child:1', '/made']);
      writeFileSync(join(dir, 'more'), 'more\n');
      daemon().docker(['cp', join(dir, 'more'), 'changed:/more']);
      await call('--container', `${engine}:changed`, `from/${engine}-container`);
      const [plain, changed] = [`from/${engine}`, `from/${engine}-container`];
      expect((await exportImage(dir, plain)).config.config.Env).toContain('A=b');
      expect((await readImage(plain, { cwd: dir })).made).toBe('child\n');
      expect(await readImage(changed, { cwd: dir })).toMatchObject({ made: 'child\n', more: 'more\n' });
      expect(daemon().docker(['images', '--quiet', '--filter', 'dangling=true']).toString()).toBe('');
      const missing = await kubler(['import', `${engine}:no/such`, 'from/none'], { cwd: dir, env: env() });
      expect(missing).toMatchObject({ exitCode: 3 });
      expect(missing.stderr).toContain('error: cannot save no/such: ');
    });

    it('gives an image to kubler prove and size, which say the same of it', async () => {
      const told = async (verb: string, image: string): Promise<object> => {
        const { stdout, stderr } = await kubler([verb, image, '--json'], { cwd: dir, env: env() });
        expect(stdout, stderr).not.toBe('');
        const { kind, packages, ...report } = JSON.parse(stdout) as Record<string, unknown>;
        expect([kind === 'built image', packages === undefined]).toEqual([
          image === 'eng/child',
          verb === 'prove',
        ]);
        return { ...report, image: 'any' };
      };
      expect(await told('prove', `${engine}:eng/child:1`)).toEqual(await told('prove', 'eng/child'));
      expect(await told('size', `${engine}:eng/child:1`)).toMatchObject({ files: 2, bytes: 5_000_006 });
    });

    it('gives an image to kubler export, byte by byte as Kubler has it', async () => {
      const call = async (image: string, file: string): Promise<Buffer> => {
        const args = ['export', image, '--format', 'oci-archive', '--force', '--output', file];
        const { exitCode, stderr } = await kubler(args, { cwd: dir, env: env() });
        expect(exitCode, stderr).toBe(0);
        return readFileSync(join(dir, file));
      };
      const own = await call('eng/child', 'own.tar');
      expect((await call(`${engine}:eng/child:1`, 'theirs.tar')).equals(own)).toBe(true);
    });
  });
});

interface Inspected {
  readonly Id: string;
  readonly RootFS: { readonly Layers: readonly string[] };
}

/** A socket whose program has gone without removing it. */
function abandonedSocket(dir: string): string {
  const script =
    "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
  spawnSync(process.execPath, ['-e', script, join(dir, 'abandoned')]);
  return `unix://${join(dir, 'abandoned')}`;
}

/** Answers like a Docker of long ago. */
async function serveOldDaemon(): Promise<Server> {
  const server = createServer((_, response) => {
    const version = { Version: '1.12.6', ApiVersion: '1.24' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(version));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
