import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerExecSpec, RunningContainer, RunSpec } from '../../src/ports/engine.ts';
import { getPage } from '../support/get-page.ts';
import { makeLayerBlob } from '../support/make-layer-blob.ts';
import { nodeMounts } from '../support/node-mounts.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import type { EngineSetup } from './engine.contract.ts';

/** What every engine does alike with running containers, as `Engine.start` says it. Needs a static busybox. */
export function describeContainersContract(
  name: string,
  setUp: (dir: string) => EngineSetup | Promise<EngineSetup>,
): void {
  describe(`containers contract: ${name}`, () => {
    const dir = useTempDir();
    let setup: EngineSetup;
    let engine: EngineSetup['engine'];
    let layers: RunSpec['layers'];
    const log: string[] = [];

    beforeAll(async () => {
      setup = await setUp(dir);
      ({ engine } = setup);
      const commands = 'mkdir bin etc tmp www; cp "$(command -v busybox)" bin; bin/busybox --install -s bin';
      const links = 'for link in bin/*; do [ ! -L "$link" ] || ln -sf busybox "$link"; done';
      layers = [
        makeLayerBlob(
          dir,
          `${commands}; ${links}; echo served > www/index.html; echo of-image > etc/file; chown 7 www; chmod 755 www; ln -s tmp linked`,
        ),
      ];
    });
    afterAll(() => setup.close());

    const specOf = (argv: readonly string[], extra: Partial<RunSpec> = {}) => ({
      layers,
      argv,
      env: ['PATH=/bin', 'FROM=image'],
      cwd: '/www',
      uid: 0,
      gid: 0,
      additionalGids: [],
      hostname: 'contained',
      mounts: [],
      ports: [],
      readOnly: false,
      capabilities: 'default' as const,
      network: 'none' as const,
      interactive: false,
      tty: false,
      ...extra,
      log: (line: string) => void log.push(line),
    });
    const start = (argv: readonly string[], extra: Partial<RunSpec> = {}) =>
      engine.start(specOf(argv, extra));
    const idle = (extra: Partial<RunSpec> = {}) => start(['sleep', '1000'], extra);
    const exec = (container: RunningContainer, script: string, extra: Partial<ContainerExecSpec> = {}) =>
      container.exec({
        argv: ['sh', '-c', script],
        stdout: 'capture',
        log: (line) => log.push(line),
        ...extra,
      });
    const output = async (
      container: RunningContainer,
      script: string,
      extra: Partial<ContainerExecSpec> = {},
    ) => (await exec(container, script, extra)).stdout;
    const logged = async (line: string): Promise<void> => {
      for (let tries = 0; tries < 200 && !log.includes(line); tries += 1) await sleep(50);
      expect(log).toContain(line);
    };

    describe('a container', () => {
      it('gives its lines to the log and its exit status, even if it ends at once', async () => {
        await using container = await start(['sh', '-c', 'echo out; echo err >&2; exit 7']);
        expect(await container.exited).toBe(7);
        await logged('out');
        await logged('err');
        await expect(exec(container, 'true')).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
      });

      it('gets text on its standard input, and its two streams are told apart', async () => {
        const said: string[] = [];
        await using container = await engine.start({
          ...specOf(['sh', '-c', 'cat; echo error >&2; printf "no end"']),
          stdin: 'given\n',
          log: (line, stream) => void said.push(`${stream}: ${line}`),
        });
        expect(await container.exited).toBe(0);
        expect(said.sort()).toEqual(['stderr: error', 'stdout: given', 'stdout: no end']);
      });

      it('takes along what it has started when it ends', async () => {
        await using container = await start(['sh', '-c', 'sleep 1000 & echo started; exit 3']);
        expect(await container.exited).toBe(3);
        expect(log).toContain('started');
      });

      it('is killed by a log that takes no more', async () => {
        const refuse = (): never => {
          throw new Error('full');
        };
        const run = async (): Promise<number> => {
          await using container = await engine.start({ ...specOf(['yes']), log: refuse });
          return await container.exited;
        };
        await expect(run()).rejects.toThrow('full');
      });

      it('whose command is not there is refused', async () => {
        await expect(start(['no-such-command'])).rejects.toMatchObject({
          code: 'PROGRAM_NOT_FOUND',
          message: expect.stringContaining('not found') as unknown,
        });
        await expect(start(['/etc'])).rejects.toMatchObject({ code: 'PROGRAM_NOT_EXECUTABLE' });
      });

      it('is stopped kindly, or after a while for good', async () => {
        await using kind = await start([
          'sh',
          '-c',
          'trap "exit 5" TERM; echo set; while :; do sleep 0.05; done',
        ]);
        await logged('set');
        expect(await kind.stop(60_000)).toBe(5);
        for (const [name, stopSignal] of Object.entries({ QUIT: 3, WINCH: 28 })) {
          const quits = ['sh', '-c', `trap "exit 6" ${name}; echo ${name}; while :; do sleep 0.05; done`];
          await using other = await start(quits, { stopSignal });
          await logged(name);
          expect(await other.stop(60_000)).toBe(6);
        }
        await using killed = await start(['sleep', '1000'], { stopSignal: 9 });
        expect(await killed.stop(60_000)).toBe(137);
        await using stubborn = await idle();
        expect(await stubborn.stop(100)).toBe(137);
        expect(await stubborn.stop(100)).toBe(137);
      });

      it('is killed when disposed', async () => {
        const container = await idle();
        await container[Symbol.asyncDispose]();
        expect(await container.exited).toBe(137);
      });

      it('ends on an interrupt', async () => {
        const interrupt = new AbortController();
        const second = await setup.open(interrupt.signal);
        const container = await second.start(specOf(['sleep', '1000']));
        const running = exec(container, 'sleep 1000');
        interrupt.abort();
        await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
        expect(await container.exited).toBe(137);
        await container[Symbol.asyncDispose]();
      });

      it('has a root that can be written, and forgets it', async () => {
        await using first = await idle();
        await exec(first, 'echo changed > /etc/file');
        await using second = await idle();
        expect(await output(second, 'cat /etc/file')).toBe('of-image\n');
      });

      it('read-only has one that cannot', async () => {
        await using container = await idle({ readOnly: true });
        expect((await exec(container, 'echo > /etc/file')).exitCode).not.toBe(0);
        if (!setup.lacks?.includes('a read-only /tmp'))
          expect((await exec(container, 'echo > /tmp/new')).exitCode).not.toBe(0);
        expect(await output(container, 'echo x > /dev/shm/new; cat /dev/shm/new')).toBe('x\n');
      });

      it('has volumes that can be written all the same, as the image has them', async () => {
        const volumes = ['/www', '/linked/deep', '/etc/new'];
        await using container = await idle({ readOnly: true, volumes });
        expect(await output(container, 'cat /www/index.html; stat -c "%a %u" /www /etc/new')).toBe(
          'served\n755 7\n755 0\n',
        );
        for (const folder of ['/www', '/linked/deep', '/etc/new'])
          expect(await output(container, `echo x > ${folder}/a; cat ${folder}/a`)).toBe('x\n');
        expect(await output(container, 'cat /tmp/deep/a')).toBe('x\n');
        expect((await exec(container, 'echo x > /etc/file')).exitCode).not.toBe(0);
        await using hidden = await idle({ readOnly: true, volumes, tmpfs: ['/www'] });
        expect(await output(hidden, 'ls /www')).toBe('');
      });

      it('has folders that everyone can write to, empty at first', async () => {
        await using container = await idle({ readOnly: true, tmpfs: ['/www', '/var/new'], uid: 1000 });
        expect(
          await output(container, 'ls /www; echo x > /www/a; echo y > /var/new/b; cat /www/a /var/new/b'),
        ).toBe('x\ny\n');
      });

      it('without capabilities has none', async () => {
        await using container = await idle({ capabilities: 'none' });
        expect(await output(container, 'grep ^Cap /proc/self/status | grep -v 0000000000000000')).toBe('');
        await using other = await idle();
        expect(await output(other, 'grep ^CapEff /proc/self/status')).not.toContain('0000000000000000');
      });
    });

    describe('exec', () => {
      let container: RunningContainer;
      beforeAll(async () => {
        container = await idle({ uid: 1000, gid: 2000 });
      });
      afterAll(() => container[Symbol.asyncDispose]());

      it('sees the processes, the root and the name of the container', async () => {
        expect(await output(container, 'hostname; cat /etc/file; tr "\\0" " " < /proc/1/cmdline')).toBe(
          'contained\nof-image\nsleep 1000 ',
        );
      });

      it('has its environment, folder and user, unless it says otherwise', async () => {
        const facts = 'echo "$FROM $ADDED"; pwd; id -u; id -g; id -G';
        expect(await output(container, facts)).toBe('image \n/www\n1000\n2000\n2000\n');
        const other = {
          env: { FROM: 'exec', ADDED: 'a b' },
          cwd: '/tmp',
          uid: 0,
          gid: 0,
        };
        expect(await output(container, facts, other)).toBe('exec a b\n/tmp\n0\n0\n0\n');
      });

      it('can have further groups of its own', async ({ skip }) => {
        if (setup.lacks?.includes('groups of a command')) skip();
        const other = { uid: 0, gid: 0, additionalGids: [27] };
        expect(await output(container, 'id -G', other)).toBe('0 27\n');
      });

      it.each([0, 1, 127, 255])('reports exit status %i', async (status) => {
        expect(await exec(container, `exit ${status}`)).toEqual({ exitCode: status, stdout: '' });
      });

      it('passes bytes to standard input, none by default, and lines to the log', async () => {
        expect(await output(container, 'wc -c', { stdin: Buffer.alloc(300_000) })).toBe('300000\n');
        expect(await output(container, 'wc -c')).toBe('0\n');
        await exec(container, 'echo to-log; echo error-to-log >&2', { stdout: 'log' });
        await logged('to-log');
        await logged('error-to-log');
      });

      it('refuses a command that is not there', async () => {
        await expect(container.exec({ argv: ['missing'], log: () => undefined })).rejects.toMatchObject({
          code: 'PROGRAM_NOT_FOUND',
        });
      });

      it('kills what takes too long, and what it has started', async () => {
        const spec = { timeoutMs: 300, stdout: 'log' as const };
        expect((await exec(container, 'sleep 1234 & sleep 1234; true', spec)).exitCode).toBe(137);
        // The dead have no command line, though nobody may have waited for them.
        expect(await output(container, 'cat /proc/[0-9]*/cmdline | tr "\\0" " "')).not.toContain(
          'sleep 1234',
        );
      });
    });

    describe('mounts', () => {
      it('are the folders and files of the host, read-only where it says so', async () => {
        const shared = join(dir, 'shared');
        mkdirSync(shared);
        writeFileSync(join(shared, 'file'), 'from host');
        await using container = await idle({
          mounts: [
            { hostPath: shared, containerPath: '/data', readOnly: false },
            { hostPath: shared, containerPath: '/deep/frozen', readOnly: true },
            { hostPath: join(shared, 'file'), containerPath: '/etc/file', readOnly: true },
          ],
          readOnly: true,
        });
        expect(await output(container, 'cat /etc/file; echo back > /data/new')).toBe('from host');
        expect(readFileSync(join(shared, 'new'), 'utf8')).toBe('back\n');
        expect((await exec(container, 'echo x > /deep/frozen/new')).exitCode).not.toBe(0);
        expect((await exec(container, 'echo x > /etc/file')).exitCode).not.toBe(0);
      });

      it('that are not there are refused', async () => {
        const mounts = [{ hostPath: join(dir, 'missing'), containerPath: '/in', readOnly: true }];
        await expect(idle({ mounts })).rejects.toMatchObject({ code: 'USAGE_INVALID' });
      });
    });

    describe('networks', () => {
      const serve = ['httpd', '-f', '-p', '80', '-h', '/www'];
      const page = async (hostPort: number): Promise<string> => {
        for (let tries = 0; ; tries += 1) {
          const answer = await getPage(hostPort).catch(() => undefined);
          if (answer !== undefined) return answer;
          if (tries > 100) throw new Error('nothing answers');
          await sleep(50);
        }
      };

      it('none: there is nothing but the loopback', async () => {
        await using container = await idle();
        expect(await output(container, 'ls /sys/class/net')).toBe('lo\n');
        expect(await output(container, 'cat /etc/hosts')).toMatch(/^127\.0\.0\.1\s+localhost/m);
      });

      it('published: ports answer at free ports of 127.0.0.1, in two containers at once', async ({
        skip,
      }) => {
        if (setup.lacks?.includes('a published network')) skip();
        const spec = {
          network: 'published',
          ports: [{ hostPort: 0, containerPort: 80, protocol: 'tcp' }],
        } as const;
        await using first = await start(serve, spec);
        await using second = await start(serve, spec);
        expect(first.ports).toMatchObject([{ containerPort: 80, protocol: 'tcp' }]);
        for (const { ports } of [first, second]) expect(await page(ports[0]!.hostPort)).toBe('served\n');
      });

      it('published: datagrams pass both ways', async ({ skip }) => {
        if (setup.lacks?.includes('a published network')) skip();
        const ports = [{ hostPort: 0, containerPort: 5300, protocol: 'udp' }] as const;
        const code = `const socket = require('node:dgram').createSocket('udp4');
          socket.on('message', (text, { port, address }) => socket.send('got ' + text, port, address));
          socket.bind(5300, () => console.log('up'));`;
        const spec = { network: 'published', ports, mounts: nodeMounts() } as const;
        await using container = await start(['node', '-e', code], spec);
        await logged('up');
        const socket = createSocket('udp4');
        const answered = once(socket, 'message') as Promise<[Buffer]>;
        const timer = setInterval(() => socket.send('hello', container.ports[0]!.hostPort, '127.0.0.1'), 100);
        const [message] = await Promise.race<Buffer[]>([answered, sleep(20_000, [])]).finally(() =>
          clearInterval(timer),
        );
        socket.close();
        expect(message?.toString()).toBe('got hello');
      });

      it('published: a port that is taken is refused by name, this machine is not reached', async ({
        skip,
      }) => {
        if (setup.lacks?.includes('a published network')) skip();
        const server = createServer((socket) => socket.end('private')).listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        const taken = { hostPort: port, containerPort: 80, protocol: 'tcp' } as const;
        await expect(idle({ network: 'published', ports: [taken] })).rejects.toMatchObject({
          code: 'ENGINE_REFUSED',
          message: expect.stringContaining(`127.0.0.1:${port}/tcp`) as unknown,
        });
        await using container = await idle({ network: 'published' });
        for (const address of ['127.0.0.1', '10.0.2.2']) {
          expect(await output(container, `nc -w 2 ${address} ${port} < /dev/null`)).toBe('');
        }
        server.close();
      });
    });
  });
}
