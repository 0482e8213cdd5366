import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDocker, startPodman, type DockerDaemon } from '../support/docker-daemon.ts';
import { kubler, repositoryDir, startKubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';
import { typeInto } from '../support/type-into.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

/** Serves a line to whoever comes. */
const server = `#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 5)) return 1;
  for (;;) {
    char request[1024];
    int peer = accept(listener, 0, 0);
    read(peer, request, sizeof request);
    write(peer, "HTTP/1.0 200 OK\\r\\n\\r\\nserved\\n", 26);
    close(peer);
  }
}
`;

/** One static program and a file that only its user may read. */
const project = {
  'kubler.config.yaml': '{}\n',
  'namespaces/dbg/images/web/build.conf': "INSTALL_MODE='extracted'\n",
  'namespaces/dbg/images/web/server.c': server,
  'namespaces/dbg/images/web/build.sh': `configure_rootfs_build() {
  gcc -Os -static -s -o "\${_ROOTFS}/server" "\${_CONFIG}/server.c"
  (umask 077 && echo private > "\${_ROOTFS}/file" && chown 1000 "\${_ROOTFS}/file")
}
`,
  'namespaces/dbg/images/web/Dockerfile.template':
    'FROM scratch\nADD rootfs.tar /\nUSER 1000\nCMD ["/server"]\n',
};

requires(
  'root',
  'runc',
  'debootstrap',
  'docker',
  'dockerd',
  'podman',
  'script',
)('kubler debug', () => {
  const dir = useTempDir();
  let docker: DockerDaemon;
  let podman: DockerDaemon;
  const env = () => ({
    DOCKER_HOST: docker.host,
    CONTAINER_HOST: podman.host,
  });
  const debug = (args: readonly string[], input?: string, cwd = dir) =>
    kubler(['debug', ...args], { cwd, env: env(), ...(input !== undefined && { input }) });

  beforeAll(async () => {
    writeTree(dir, project);
    [docker, podman] = await Promise.all([
      startDocker(join(dir, 'docker')),
      startPodman(join(dir, 'podman')),
    ]);
    for (const engine of ['docker', 'podman']) {
      const { exitCode, stderr } = await kubler(['build', `--load=${engine}`], { cwd: dir, env: env() });
      expect(exitCode, stderr).toBe(0);
    }
  });
  afterAll(() => Promise.all([docker.stop(), podman.stop()]));

  describe.each(['docker', 'podman'] as const)('with %s', (engine) => {
    const daemon = (): DockerDaemon => (engine === 'docker' ? docker : podman);
    /** Started by whoever uses the engine, without a shell in it. */
    const name = `of-${engine}`;
    beforeAll(() => {
      const limits = ['--ulimit', 'nofile=1024:4096', '--ulimit', 'nproc=1024:4096'];
      daemon().docker(['run', '--detach', '--network=none', ...limits, `--name=${name}`, 'dbg/web']);
    });
    const left = () => ({
      containers: daemon().docker(['ps', '--all', '--format', '{{.Names}}']).toString().trim(),
      volumes: daemon().docker(['volume', 'ls', '--quiet']).toString(),
      dangling: daemon().docker(['images', '--quiet', '--filter', 'dangling=true']).toString(),
    });
    const onlyThat = { containers: name, volumes: '', dangling: '' };

    it('sees processes, network and files of a container, traces and captures', async () => {
      const script = `ps -o pid,args -p 1; cat /target/file; ss -tln
        strace -e trace=write -o /trace -p 1 & tcpdump -c 1 -i lo -w /capture &
        until [ -s /trace ] && [ -s /capture ]; do curl --silent localhost:8080; sleep 0.1; done
        kill %1; wait; cat /trace; exit 7`;
      const { exitCode, stdout, stderr } = await debug([name], script);
      expect(stdout, stderr).toMatch(/^ +1 \/server$/m);
      expect(stdout).toContain('private\n');
      expect(stdout).toMatch(/^LISTEN .*:8080 /m);
      expect(stdout).toContain('served\n');
      expect(stdout).toMatch(/^write\(\d+, "HTTP\/1\.0 200 OK/m);
      expect(exitCode).toBe(7);
      expect(left()).toEqual(onlyThat);
    });

    it('starts an image for it, with its command or with its files alone', async () => {
      const image = `${engine}:dbg/web`;
      const ask = 'until curl --silent localhost:8080; do sleep 0.1; done';
      expect((await debug([image, '--', 'sh', '-c', ask])).stdout).toBe('served');
      const held = await debug(['--hold', image, 'sh', '-c', 'ps -o args= -p 1; cat /target/file']);
      expect(held.stdout, held.stderr).toBe('/.kubler-hold/hold\nprivate');
      expect(left()).toEqual(onlyThat);
    });

    it('says so when what it is beside ends', async () => {
      const child = startKubler(['debug', name, 'sh', '-c', 'echo ready; exec sleep 7783'], {
        ...{ cwd: dir, env: env() },
      });
      child.stdout.once('data', () => daemon().docker(['kill', name]));
      const { exitCode, stderr } = await child;
      expect(stderr).toContain(`error: cannot debug ${name}: it `);
      expect(exitCode).toBe(3);
      const stopped = await debug([name, 'true']);
      expect(stopped.stderr).toContain(
        `cannot debug ${name}: it does not run\nhint: ${engine} start ${name}`,
      );
      expect(left()).toEqual(onlyThat);
      daemon().docker(['start', name]);
    });
  });

  it('gives the shell the terminal of its caller', async () => {
    const main = join(repositoryDir, 'bin/kubler.js');
    const line = `${main} debug --data-dir ${sharedDataDir()} of-docker; echo status $?`;
    const terminal = spawn('script', ['--quiet', '--echo', 'never', '--command', line, '/dev/null'], {
      ...{ cwd: dir, env: { ...process.env, ...env(), TERM: 'dumb' } },
    });
    const shown = await typeInto(terminal, [['debug of-docker:/# ', 'test -t 0 && exit 5\n']]);
    expect(shown).toContain('its files are below /target');
    expect(shown).toContain('status 5');
  });

  it('passes the status of a command on, without a project around, and names what runs for one that is unknown', async () => {
    expect((await debug(['of-docker', 'nonesuch'], undefined, '/')).exitCode).toBe(127);
    const unknown = await debug(['of-dcker', 'true']);
    expect(unknown.stderr).toContain(
      'docker and podman have none of that name\nhint: did you mean "of-docker"?',
    );
    expect((await debug(['podman:of-docker', 'true'])).stderr).toContain('podman has none of that name');
  });
});
