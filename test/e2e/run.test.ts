import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { getPage } from '../support/get-page.ts';
import { kubler, repositoryDir, startKubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { typeInto } from '../support/type-into.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

requires(
  'root',
  'runc',
  'debootstrap',
  'slirp4netns',
  'script',
)('kubler run', () => {
  const dir = useTempDir();
  const run = (args: readonly string[], input?: string, env: Readonly<Record<string, string>> = {}) =>
    kubler(['run', ...args], { cwd: dir, env, ...(input !== undefined && { input }) });

  beforeAll(async () => {
    writeTree(join(dir, 'namespaces/runs/images/box'), {
      'build.conf': "INSTALL_MODE='extracted'\n",
      'build.sh': `_packages="busybox-static"
finish_rootfs_build() {
  mkdir -p "$_ROOTFS/box" "$_ROOTFS/www"
  for name in sh cat id pwd hostname httpd touch echo stty sleep; do ln -s ../bin/busybox "$_ROOTFS/box/$name"; done
  echo served > "$_ROOTFS/www/index.html"
  echo garbage > "$_ROOTFS/www/garbage"
  chmod 755 "$_ROOTFS/www/garbage"
  echo 'app:x:1234:1234::/home/app:/bin/sh' >> "$_ROOTFS/etc/passwd"
}
`,
      'Dockerfile.template':
        'FROM scratch\nADD rootfs.tar /\nENV PATH=/box:/bin FROM=image BOTH=image\nWORKDIR /www\nSTOPSIGNAL QUIT\nENTRYPOINT ["echo", "entry"]\nCMD ["command"]\n',
    });
    writeTree(dir, { 'kubler.config.yaml': '{}\n' });
    const { exitCode, stderr } = await kubler(['build', 'runs/box'], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
  });

  it('runs ENTRYPOINT with CMD, or what is said instead', async () => {
    expect((await run(['runs/box'])).stdout).toBe('entry command');
    expect((await run(['runs/box', '--', '-n', 'x'])).stdout).toBe('entry -n x');
    expect((await run(['--rm', '--entrypoint', 'pwd', 'runs/box'])).stdout).toBe('/www');
    expect((await run(['--entrypoint', '', 'runs/box', 'echo', '--read-only'])).stdout).toBe('--read-only');
    expect((await run(['--entrypoint', '', 'runs/box'])).stderr).toContain('neither ENTRYPOINT nor CMD');
  });

  it('reads --env-file itself, and not as one of Node', async () => {
    const missing = await kubler(['run', '--env-file=absent', 'runs/box'], { cwd: dir });
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining('cannot read "absent"')]);
  });

  it('sets environment, user, folder, name and volumes, and passes streams and status on', async () => {
    mkdirSync(join(dir, 'data'));
    writeFileSync(join(dir, 'data/file'), 'of host');
    writeFileSync(join(dir, 'variables'), 'FROM_FILE=a b\nBOTH=file\n');
    const script = [
      'echo "$FROM $BOTH $FROM_FILE $CALLER $HOME"; id -u; id -g; pwd; hostname; cat; cat /data/file; echo new > /data/new',
      'echo no > /frozen/new || exit 9',
    ].join('\n');
    const options = [
      ...[
        '--env-file',
        'variables',
        '-e',
        'BOTH=flag',
        '-e',
        'CALLER',
        '--user',
        'app',
        '-w',
        '/data',
        '--name',
        'my.box',
      ],
      ...['-v', './data:/data', '-v', `${dir}/data:/frozen:ro`, '--read-only', '--entrypoint', 'sh'],
    ];
    mkdirSync(join(dir, 'data/sub'));
    await execa('chmod', ['777', join(dir, 'data')]);
    const args = [...options, 'runs/box', '-c', script];
    const { exitCode, stdout, stderr } = await run(args, 'piped\n', { CALLER: 'callers' });
    expect(stdout.split('\n')).toEqual([
      'image flag a b callers /home/app',
      ...['1234', '1234', '/data', 'my.box', 'piped', 'of host'],
    ]);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 9,
      stderr: expect.stringContaining('Read-only') as unknown,
    });
    expect(readFileSync(join(dir, 'data/new'), 'utf8')).toBe('new\n');
  });

  it('has a root that cannot be written with --read-only', async () => {
    const entry = ['--entrypoint', 'sh', 'runs/box', '-c', 'touch /new && touch /dev/shm/new'];
    expect((await run(entry)).exitCode).toBe(0);
    expect(await run(['--read-only', ...entry])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Read-only file system') as unknown,
    });
  });

  it('publishes ports on 127.0.0.1', async () => {
    const server = startKubler(
      [
        'run',
        '-p',
        '80',
        '-p',
        '5300/udp',
        '--name',
        'server',
        '--entrypoint',
        'httpd',
        'runs/box',
        '-f',
        '-h',
        '/www',
      ],
      { cwd: dir },
    );
    const port = await new Promise<number>((resolve) => {
      let seen = '';
      server.stderr.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        const [, tcp] = /127\.0\.0\.1:(\d+) -> 80\/tcp\n127\.0\.0\.1:\d+ -> 5300\/udp\n/.exec(seen) ?? [];
        if (tcp !== undefined) resolve(Number(tcp));
      });
    });
    let page: string | undefined;
    for (let tries = 0; tries < 100 && page === undefined; tries += 1) {
      page = await getPage(port).catch(() => undefined);
      if (page === undefined) await sleep(50);
    }
    expect(page).toBe('served\n');
    const passer = readdirSync('/proc').find((pid) => {
      const file = `/proc/${pid}/cmdline`;
      const words = existsSync(file) ? readFileSync(file, 'utf8') : '';
      return words.startsWith('slirp4netns\0') && words.includes(`/tmp/${server.pid}-`);
    });
    expect(readFileSync(`/proc/${passer}/status`, 'utf8')).toMatch(/^Seccomp:\t2$/m);
    expect(await run(['--name', 'server', 'runs/box'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('one of that name is running') as unknown,
    });
    expect(await run(['-p', `${port}:80`, 'runs/box'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining(`127.0.0.1:${port}/tcp`) as unknown,
    });
    // Its first process has no handler for it.
    for (let count = 0; count < 3; count += 1) {
      server.kill('SIGTERM');
      await sleep(100);
    }
    expect((await server).exitCode).toBe(137);
    expect((await run(['--name', 'server', 'runs/box'])).exitCode).toBe(0);
  });

  it.each([
    [['-p', '0.0.0.0:8080:80'], 'on 127.0.0.1 only'],
    [['-v', 'named:/data'], 'use a folder: -v ./named:/data'],
    [['-w', 'relative'], 'no absolute path'],
    [['-t'], 'standard input is none'],
  ])('refuses %j with the reason', async (options, reason) => {
    const { exitCode, stderr } = await run([...options, 'runs/box']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(reason) as unknown });
  });

  it.each([
    [['--', 'nosuch'], 127, 'no such program in its PATH, /box:/bin'],
    [['--', '/no/such'], 127, 'the image has no such file'],
    [['--', '/www/index.html'], 126, 'user 0:0 may not execute it'],
    [['--', '/www/garbage'], 126, 'neither a program of this machine nor a script'],
    [['-v', './absent:/x'], 2, 'at "/x": there is no "'],
    [['-v', './namespaces:/www/index.html'], 2, 'that is a file, and this is a folder'],
    [['-v', './namespaces:/proc/x'], 2, "that place is the kernel's"],
    [['-v', '/:/x', '-v', '/:/x/'], 2, 'one would hide the other'],
    [['-w', '/www/index.html/x'], 2, 'the image has a file there'],
  ])('ends %j with %i and the reason', async (args, status, reason) => {
    const given = args[0] === '--' ? ['--entrypoint', '', 'runs/box', ...args] : [...args, 'runs/box'];
    const { exitCode, stderr } = await run(given);
    expect({ exitCode, stderr }).toEqual({
      exitCode: status,
      stderr: expect.stringContaining(reason) as unknown,
    });
    expect(stderr).not.toContain('runc');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops with STOPSIGNAL on %s', async (signal) => {
    const script = 'trap "exit 6" QUIT; echo ready; while :; do sleep 0.1; done';
    const running = startKubler(['run', '--entrypoint', 'sh', 'runs/box', '-c', script], { cwd: dir });
    await once(running.stdout, 'data');
    running.kill(signal);
    expect((await running).exitCode).toBe(6);
  });

  it.each(['tmp', 'bundle-run'])('ends on a signal that comes while it starts: %s', async (seen) => {
    const temp = join(sharedDataDir(), 'tmp');
    const script = 'trap "exit 6" QUIT; echo ready; while :; do sleep 0.1; done';
    const running = startKubler(['run', '--entrypoint', 'sh', 'runs/box', '-c', script], { cwd: dir });
    const own = (name: string) =>
      name.startsWith(`${running.pid}-`) && existsSync(join(temp, name, seen === 'tmp' ? '' : seen));
    for (let tries = 0; tries < 2000 && !readdirSync(temp).some(own); tries += 1) await sleep(5);
    running.kill('SIGTERM');
    expect([6, 130]).toContain((await running).exitCode);
  });

  it('gives a terminal with -t, its size included, and none without', async () => {
    const at = (options: string, script: string) => {
      const command = `stty rows 33 cols 77; ${process.execPath} ${repositoryDir}/bin/kubler.js run ${options} --entrypoint sh runs/box -c '${script}'; echo status $?`;
      return spawn('script', ['-qec', command, '/dev/null'], {
        cwd: dir,
        env: { ...process.env, KUBLER_DATA_DIR: sharedDataDir() },
      });
    };
    // runc passes the size on just after the start; busybox says nothing of a size that is not known yet.
    const script =
      'until [ -n "$(stty size 2>/dev/null)" ]; do :; done; [ -t 0 ] && [ -t 1 ] && stty size && read -r line && echo "got $line"; exit 4';
    const output = await typeInto(at('-it', script), [
      ['33 77', 'typed\n'],
      ['got typed', ''],
    ]);
    expect(output).toMatch(/33 77[\s\S]*got typed[\s\S]*status 4/);
    expect(await typeInto(at('', '[ -t 0 ] || echo none; cat; exit 5'), [])).toMatch(/none\r?\nstatus 5/);
  });

  it('shares the network of this machine without -p', async () => {
    const server = createServer((socket) => socket.end('private\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { stdout } = await run(['--entrypoint', 'busybox', 'runs/box', 'nc', '127.0.0.1', String(port)]);
    server.close();
    expect(stdout).toBe('private');
  });
});
