import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toDigest } from '../../src/model/digest.ts';
import type { TarMember } from '../../src/oci/tar-member.ts';
import { writeTar } from '../../src/oci/tar-write.ts';
import {
  targetRootPath,
  type Engine,
  type ExecSpec,
  type ImageLayer,
  type Root,
  type Session,
  type SessionSpec,
} from '../../src/ports/engine.ts';
import { collect, member } from '../support/tar.ts';
import { writeTinyRoot } from '../support/tiny-root.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

/** An engine under test. */
export interface EngineSetup<Tested = Engine> {
  readonly engine: Tested;
  /** Another engine on the same data, as a second process has it. */
  open(signal: AbortSignal): Tested | Promise<Tested>;
  /** Whether what a command sees is mounted for it alone, or for all of a container. */
  readonly mounts: 'for a command' | 'for a container';
  /** What it cannot do, or not where it is tested. */
  readonly lacks?: readonly ('a published network' | 'groups of a command' | 'a read-only /tmp')[];
  /** Checks that nothing is left but what was committed. */
  close(): void | Promise<void>;
}

const base = '1'.repeat(64);
let lastId = 0;
/** A snapshot id that no other test uses. */
const newId = (): string => (++lastId).toString(16).padStart(16, '0').padEnd(64, 'f');

/** What builds, of an engine. */
type BuildEngine = Omit<Engine, 'run' | 'start'>;
type BuildSetup = EngineSetup<BuildEngine>;

/** What every engine does alike, as the port says it. */
export function describeEngineContract(
  name: string,
  setUp: (dir: string) => BuildSetup | Promise<BuildSetup>,
): void {
  describe(`engine contract: ${name}`, () => {
    const dir = useTempDir();
    let setup: BuildSetup;
    let engine: BuildEngine;

    beforeAll(async () => {
      setup = await setUp(dir);
      engine = setup.engine;
      const hostFile = join(dir, 'base.tar');
      writeTinyRoot(hostFile);
      await engine.bootstrap({ id: base, log: () => undefined, source: { kind: 'tarball', hostFile } });
    });
    afterAll(() => setup.close());

    const open = (spec: Partial<SessionSpec> = {}): Promise<Session> =>
      engine.open({ builder: base, target: base, inputs: [], env: {}, ...spec });
    /** Runs a shell script and returns what it prints; it must succeed. */
    const sh = async (session: Session, script: string, root: Root = 'target'): Promise<string> => {
      const log: string[] = [];
      const { exitCode, stdout } = await session.exec({
        root,
        argv: ['sh', '-ec', script],
        stdout: 'capture',
        log: (line) => log.push(line),
      });
      expect({ exitCode, log }).toEqual({ exitCode: 0, log });
      return stdout;
    };
    const run = (session: Session, argv: ExecSpec['argv'], spec: Partial<ExecSpec> = {}) =>
      session.exec({ root: 'target', argv, log: () => undefined, ...spec });

    describe('a host that has all it takes', () => {
      it('lacks nothing', async () => expect(await engine.probe()).toEqual([]));
    });

    describe('exec', () => {
      let session: Session;
      beforeAll(async () => {
        session = await open({ env: { FROM_SESSION: 'a b', BOTH: 'session' } });
      });
      afterAll(() => session[Symbol.asyncDispose]());

      it.each([0, 1, 3, 127, 255])('reports exit status %i', async (status) => {
        expect(await run(session, ['sh', '-c', `exit ${status}`])).toEqual({ exitCode: status, stdout: '' });
      });

      it('reports a fatal signal as 128 and its number', async () => {
        const { exitCode } = await run(session, ['sh', '-c', "sh -c 'kill -9 $$'; exit $?"]);
        expect(exitCode).toBe(137);
      });

      it('rejects when the command is not there', async () => {
        await expect(run(session, ['no-such-command'])).rejects.toMatchObject({ code: 'PROGRAM_NOT_FOUND' });
      });

      it('is ended by its signal with all it has started, and the session goes on', async () => {
        const own = await open();
        const stop = new AbortController();
        const endless = run(own, ['sh', '-c', 'sleep 1000 & echo on; wait'], {
          signal: stop.signal,
          log: () => stop.abort(),
        });
        await expect(endless).rejects.toMatchObject({ code: 'INTERRUPTED' });
        await expect(run(own, ['true'], { signal: stop.signal })).rejects.toMatchObject({
          code: 'INTERRUPTED',
        });
        expect((await run(own, ['true'])).exitCode).toBe(0);
        await own.commit('target', newId());
        await own[Symbol.asyncDispose]();
      });

      it('gives each line of both streams to the log', async () => {
        const log: string[] = [];
        await run(session, ['sh', '-c', 'echo one; echo two >&2; printf three'], {
          log: (line) => log.push(line),
        });
        expect(log.sort()).toEqual(['one', 'three', 'two']);
      });

      it('rejects with what the log throws, and goes on with the next command', async () => {
        const own = await open();
        const log = (): void => {
          throw new Error('the disk is full');
        };
        await expect(run(own, ['sh', '-c', 'while echo line; do :; done'], { log })).rejects.toThrow(
          'the disk',
        );
        expect(await sh(own, 'echo still here')).toBe('still here\n');
        await own[Symbol.asyncDispose]();
      });

      it('returns standard output byte for byte, standard error apart from it', async () => {
        const log: string[] = [];
        const argv: ExecSpec['argv'] = ['sh', '-c', 'printf "ä\\n\\nb"; echo warning >&2'];
        const result = await run(session, argv, { stdout: 'capture', log: (line) => log.push(line) });
        expect(result).toEqual({ exitCode: 0, stdout: 'ä\n\nb' });
        expect(log).toEqual(['warning']);
      });

      it('writes standard output to a host file', async () => {
        const hostFile = join(dir, 'out');
        await run(session, ['sh', '-c', 'head -c 3000000 /dev/zero'], { stdout: { hostFile } });
        expect((await readFile(hostFile)).length).toBe(3_000_000);
      });

      it('passes bytes to standard input, and none by default', async () => {
        const stdin = Buffer.alloc(300_000, 'x');
        expect((await run(session, ['wc', '-c'], { stdin, stdout: 'capture' })).stdout).toBe('300000\n');
        expect((await run(session, ['wc', '-c'], { stdout: 'capture' })).stdout).toBe('0\n');
      });

      it('goes on when a command leaves its input unread', async () => {
        const stdin = Buffer.alloc(3_000_000);
        expect((await run(session, ['true'], { stdin })).exitCode).toBe(0);
      });

      it('sets the environment of the session, of the command, and nothing of the caller', async () => {
        const { stdout } = await run(session, ['env'], { env: { BOTH: 'command' }, stdout: 'capture' });
        const lines = stdout.split('\n');
        expect(lines).toContain('FROM_SESSION=a b');
        expect(lines).toContain('BOTH=command');
        expect(lines.some((line) => line.startsWith('PATH=/usr/local/sbin:'))).toBe(true);
        expect(stdout).not.toContain('VITEST');
      });

      it('is root on host kubler with umask 022 in /', async () => {
        expect(await sh(session, 'id -u; id -g; hostname; umask; pwd')).toBe('0\n0\nkubler\n0022\n/\n');
      });

      it('starts in the folder it is given', async () => {
        expect((await run(session, ['sh', '-c', 'pwd'], { cwd: '/etc', stdout: 'capture' })).stdout).toBe(
          '/etc\n',
        );
      });

      it('has the standard devices and no way to make others', async () => {
        await sh(
          session,
          'echo x > /dev/null; head -c 1 /dev/urandom; test -d /dev/fd; test -d /dev/shm; test -e /dev/ptmx',
        );
        await sh(session, '! mknod /tmp/disk b 254 0');
      });

      it('cannot mount, nor trace without being allowed to', async () => {
        await sh(session, '! mount -t tmpfs tmpfs /tmp');
        expect(hasPtrace(await sh(session, 'grep CapBnd /proc/self/status'))).toBe(false);
      });

      it('has no network but its own when it is to have none', async () => {
        const { stdout } = await run(session, ['cat', '/proc/net/dev'], {
          network: 'none',
          stdout: 'capture',
        });
        expect([...stdout.matchAll(/^ *([^ :]+):/gm)].map(([, name]) => name)).toEqual(['lo']);
      });

      it('leaves nothing running in the background', async () => {
        const ticking = '(while :; do date +%N > /tmp/tick; sleep 0.02; done) & sleep 0.3; test -e /tmp/tick';
        await sh(session, ticking);
        await sh(session, 'a=$(cat /tmp/tick); sleep 0.3; test "$a" = "$(cat /tmp/tick)"');
      });

      it('runs commands of both roots side by side', async () => {
        const scripts = ['builder', 'target', 'builder', 'target'] as const;
        const results = await Promise.all(scripts.map((root) => sh(session, 'sleep 0.1; echo done', root)));
        expect(results).toEqual(scripts.map(() => 'done\n'));
      });
    });

    it('allows tracing to a session that asks for it', async () => {
      await using session = await open({ options: { ptrace: true } });
      expect(hasPtrace(await sh(session, 'grep CapBnd /proc/self/status'))).toBe(true);
    });

    it('goes on when its containers are to be kept, and then leaves them, if it has any', async () => {
      const session = await open();
      await sh(session, 'echo made > /made');
      const commands = await session.keep('contract');
      expect(await sh(session, 'cat /made')).toBe('made\n');
      await session[Symbol.asyncDispose]();
      const garbage = { snapshots: new Set([base]), layers: new Set<never>(), writtenBefore: 0 };
      const { kept = [] } = await engine.collectGarbage({ ...garbage, dryRun: false });
      expect(kept).toHaveLength(commands.size);
      for (const name of kept) expect([...commands.values()].join()).toContain(` ${name} `);
    });

    describe('options of a build.conf', () => {
      it('mount folders and files where hooks run, and nowhere else', async () => {
        const mounted = join(dir, 'mounted');
        mkdirSync(mounted, { recursive: true });
        await writeFile(join(mounted, 'file'), 'given');
        const mounts = [
          { hostPath: mounted, containerPath: '/mnt/rw', readOnly: false },
          { hostPath: mounted, containerPath: '/mnt/ro', readOnly: true },
          { hostPath: join(mounted, 'file'), containerPath: '/etc/given', readOnly: true },
        ];
        const id = newId();
        {
          await using session = await open({ options: { mounts } });
          const script =
            'cat /mnt/ro/file /etc/given; ! touch /mnt/ro/new; echo made > /mnt/rw/made; touch /own';
          expect(await sh(session, script, 'builder')).toBe('givengiven');
          await sh(session, 'test ! -e /mnt; test ! -e /etc/given');
          await session.commit('builder', id);
        }
        expect(await readFile(join(mounted, 'made'), 'utf8')).toBe('made\n');
        await using session = await engine.open({ target: id, inputs: [], env: {}, options: { mounts } });
        expect(await sh(session, 'cat /mnt/rw/made; test -e /own')).toBe('made\n');
        await using without = await open({ builder: id });
        await sh(without, 'test ! -e /mnt/rw/made', 'builder');
      });

      it('refuse to mount what is not there', async () => {
        const mounts = [{ hostPath: join(dir, 'missing'), containerPath: '/mnt', readOnly: true }];
        await expect(open({ options: { mounts } })).rejects.toMatchObject({ code: 'USAGE_INVALID' });
      });

      it('say which system calls there are', async () => {
        const mode = async (seccomp?: 'unconfined') => {
          await using session = await open(seccomp && { options: { seccomp } });
          return (await sh(session, 'grep ^Seccomp: /proc/self/status')).trim().slice(-1);
        };
        expect([await mode(), await mode('unconfined')]).toEqual(['2', '0']);
        const syscalls = [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 }];
        const seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls };
        await using session = await open({ options: { seccomp } });
        for (const root of ['builder', 'target'] as const) {
          const made = 'mkdir /x 2>&1 || true';
          expect(await sh(session, made, root)).toMatch(/No space left on device/);
        }
      });

      it('set limits, names and folders in memory, and take capabilities', async () => {
        const options = {
          capDrop: ['KILL', 'SETUID'],
          ulimits: [{ name: 'nofile', soft: 99, hard: 99 }],
          shmBytes: 4 << 20,
          tmpfs: [{ containerPath: '/mem', sizeBytes: 65536 }],
          hosts: [{ name: 'some.test', address: '192.0.2.7' }],
          dns: ['192.0.2.8'],
        };
        await using session = await open({ options });
        const script =
          'ulimit -Sn; ulimit -Hn; stat -f -c %b*%S /dev/shm; touch /mem/x; cat /etc/hosts /etc/resolv.conf';
        const { stdout } = await run(session, ['sh', '-ec', script], {
          ...{ root: 'builder', network: 'host', stdout: 'capture' },
        });
        const [soft, hard, shm = '', ...files] = stdout.split('\n');
        expect([soft, hard, shm.split('*').reduce((size, each) => size * Number(each), 1)]).toEqual([
          ...['99', '99', 4 << 20],
        ]);
        expect(files).toContainEqual(expect.stringMatching(/^192\.0\.2\.7\s+some\.test$/));
        expect(files.filter((line) => line.startsWith('nameserver'))).toEqual(['nameserver 192.0.2.8']);
        expect(
          (await run(session, ['sh', '-c', 'head -c 100000 /dev/zero > /mem/z'], { root: 'builder' }))
            .exitCode,
        ).not.toBe(0);
        const status = await sh(session, 'test ! -e /mem; grep CapBnd /proc/self/status');
        // KILL is bit 5, SETGID 6, SETUID 7 (capabilities(7)).
        expect((Number(`0x${status.trim().slice(-4)}`) >> 5) & 7).toBe(2);
      });
    });

    describe('inputs', () => {
      it('are seen by both roots and cannot be changed', async () => {
        const file = join(dir, 'input');
        await writeFile(file, 'content');
        await using session = await open({
          inputs: [
            { hostPath: dir, containerPath: '/.inputs/deep/folder' },
            { hostPath: file, containerPath: '/etc/input.conf' },
          ],
        });
        for (const root of ['builder', 'target'] as const) {
          expect(await sh(session, 'cat /.inputs/deep/folder/input /etc/input.conf', root)).toBe(
            'contentcontent',
          );
          await sh(
            session,
            '! touch /.inputs/deep/folder/new; ! echo > /etc/input.conf; ! rm /etc/input.conf',
            root,
          );
        }
      });

      it('show what appears in a folder later', async () => {
        await using session = await open({ inputs: [{ hostPath: dir, containerPath: '/in' }] });
        await writeFile(join(dir, 'late'), 'late');
        expect(await sh(session, 'cat /in/late')).toBe('late');
      });

      it('that are missing are refused', async () => {
        const inputs = [{ hostPath: join(dir, 'missing'), containerPath: '/in' }];
        await expect(open({ inputs })).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
      });
    });

    describe('roots', () => {
      it('are separate, but for the target that the builder sees', async () => {
        await using session = await open();
        await sh(session, 'echo b > /only-builder; echo 1 > /emerge-root/from-builder', 'builder');
        expect(
          await sh(
            session,
            'cat /from-builder; test ! -e /only-builder; echo 2 > /from-target; rm /etc/passwd',
          ),
        ).toBe('1\n');
        expect(
          await sh(
            session,
            'cat /emerge-root/from-target; test ! -e /emerge-root/etc/passwd; cat /etc/passwd',
            'builder',
          ),
        ).toMatch(/^2\nroot:/);
      });

      it('can be kept from a command in the builder', async () => {
        await using session = await open();
        const script = 'cat /emerge-root/etc/passwd; echo x > /here; echo x > /emerge-root/there';
        const spec = { root: 'builder', stdout: 'capture', targetReadOnly: true } as const;
        const { exitCode, stdout } = await run(session, ['sh', '-ec', script], spec);
        expect([exitCode === 0, stdout.slice(0, 5)]).toEqual([false, 'root:']);
        await sh(session, 'test -e /here; echo x > /emerge-root/there', 'builder');
      });

      it('are as the snapshot was, whatever another session does', async () => {
        await using first = await open();
        await using second = await open();
        await sh(first, 'echo x > /changed; rm /etc/passwd');
        await sh(second, 'test ! -e /changed; test -e /etc/passwd');
        await second[Symbol.asyncDispose]();
        await using third = await open();
        await sh(third, 'test ! -e /changed; test -e /etc/passwd');
      });

      it('are refused when their snapshot is not there', async () => {
        await expect(open({ target: newId() })).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
      });

      it('without a builder there is only the target', async () => {
        await using session = await engine.open({ target: base, inputs: [], env: {} });
        await sh(session, 'true');
        await expect(run(session, ['true'], { root: 'builder' })).rejects.toMatchObject({
          code: 'ENGINE_REFUSED',
        });
      });

      it('keep no mount points', async () => {
        const id = newId();
        const inputs = [{ hostPath: join(dir, 'given'), containerPath: '/.deep/er/input' }];
        mkdirSync(join(dir, 'given'), { recursive: true });
        {
          await using session = await open({ inputs });
          await sh(session, 'test -d /.deep/er/input; mkdir -p /.deep/own');
          await session.commit('target', id);
        }
        await using session = await open({ target: id });
        expect(await sh(session, 'cd /emerge-root; find .deep etc | sort', 'builder')).toBe(
          '.deep\n.deep/own\netc\netc/passwd\n',
        );
      });

      it('show no mount points where none is mounted', async ({ skip }) => {
        if (setup.mounts === 'for a container') skip();
        const listing = 'cd /emerge-root; find . -xdev | sort';
        await using session = await open({ inputs: [{ hostPath: dir, containerPath: '/.deep/er/input' }] });
        await sh(
          session,
          'rmdir /emerge-root/sys; rm -rf /emerge-root/var; ln -s ../run/none/resolv.conf /emerge-root/etc/resolv.conf',
          'builder',
        );
        const before = await sh(session, listing, 'builder');
        expect(before).not.toContain('.deep');
        await sh(session, 'ls /sys/kernel /.deep/er/input');
        await run(session, ['true'], { cwd: '/var/new/folder' });
        const id = newId();
        await session.commit('target', id);
        expect(await sh(session, listing, 'builder')).toBe(before);
        await using again = await open({ target: id });
        expect(await sh(again, listing, 'builder')).toBe(before);
        expect(await sh(again, 'readlink /emerge-root/etc/resolv.conf', 'builder')).toBe(
          '../run/none/resolv.conf\n',
        );
      });
    });

    describe('commit', () => {
      it('keeps a root and goes on on top of it', async () => {
        const [first, second] = [newId(), newId()];
        {
          await using session = await open();
          await sh(session, 'echo 1 > /one');
          await session.commit('target', first);
          await sh(session, 'cat /one; echo 2 > /two');
          await session.commit('target', second);
          await sh(session, 'echo 3 > /three');
        }
        expect(await engine.holdSnapshots()).toEqual(expect.arrayContaining([base, first, second]));
        await using one = await open({ target: first });
        await sh(one, 'test -e /one; test ! -e /two');
        await using two = await open({ builder: second, target: second });
        await sh(two, 'test -e /one; test -e /two; test ! -e /three');
        await sh(two, 'test -e /two', 'builder');
      });

      it('keeps the builder by itself', async () => {
        const id = newId();
        await using session = await open();
        await sh(session, 'echo tool > /bin/tool; echo t > /emerge-root/file', 'builder');
        await session.commit('builder', id);
        await sh(session, 'cat /bin/tool /emerge-root/file', 'builder');
        await using other = await open({ target: id });
        await sh(other, 'test -e /bin/tool; test ! -e /emerge-root/file; test ! -e /emerge-root/emerge-root');
      });

      it('takes the snapshot that is already there, and goes on from it', async () => {
        const id = newId();
        await using first = await open();
        await sh(first, 'echo first > /who');
        await first.commit('target', id);
        await using second = await open();
        await sh(second, 'echo second > /who; echo x > /only-second');
        await second.commit('target', id);
        expect(await sh(second, 'cat /who; test ! -e /only-second')).toBe('first\n');
      });

      it('lets one of several sessions win that keep the same id at once', async () => {
        const id = newId();
        const sessions = await Promise.all([1, 2, 3, 4].map(() => open()));
        try {
          await Promise.all(sessions.map((session, at) => sh(session, `echo ${at} > /who`)));
          await Promise.all(sessions.map((session) => session.commit('target', id)));
          const seen = await Promise.all(sessions.map((session) => sh(session, 'cat /who')));
          expect(new Set(seen).size).toBe(1);
        } finally {
          await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
        }
      });

      it('keeps removals and replaced folders through a chain of snapshots', async () => {
        const ids = [newId(), newId(), newId(), newId()];
        const scripts = [
          'mkdir -p /d/sub /gone; echo 1 > /d/old; echo 1 > /d/sub/old; echo 1 > /gone/file; ln -s old /d/link',
          'rm -r /d /gone; mkdir -p /d/sub; echo 2 > /d/new',
          'mkdir /gone; echo 3 > /gone/other; rm /d/new; echo 3 > /d/sub/file; mv /etc/passwd /etc/moved',
          'rm -r /d/sub; echo 4 > /d/sub; rm -r /gone; ln -s /d /gone; mv /d /moved; mkdir /d',
        ];
        const expected = [
          './d ./d/link ./d/old ./d/sub ./d/sub/old ./etc/passwd ./gone ./gone/file',
          './d ./d/new ./d/sub ./etc/passwd',
          './d ./d/sub ./d/sub/file ./etc/moved ./gone ./gone/other',
          './d ./etc/moved ./gone ./moved ./moved/sub',
        ];
        const listing =
          'cd /emerge-root; find ./d ./gone ./moved ./etc/passwd ./etc/moved 2> /dev/null | sort';
        {
          await using session = await open();
          for (const [at, script] of scripts.entries()) {
            await sh(session, script);
            await session.commit('target', ids[at]!);
          }
        }
        for (const [at, id] of ids.entries()) {
          await using session = await open({ target: id });
          expect((await sh(session, listing, 'builder')).trim().split('\n').join(' ')).toBe(expected[at]);
        }
      });

      it('keeps hard links, modes, owners, times, links, fifos and odd names', async () => {
        const id = newId();
        const made = [
          'umask 0; mkdir /keep; cd /keep; echo x > a; ln a b; ln a /linked; chmod 4755 a',
          'echo y > s; chown 1000:2000 s; chmod 2711 s; touch -d @1000000000 s; ln -s nowhere l; mkdir -m 1777 t; touch "$(printf "n\\377\\n")"',
          'chown 60000:60000 t; touch -d @5000000000 t',
        ].join('; ');
        const facts = 'cd /keep; stat -c "%n %a %u %g %h %F" a b /linked s l t; stat -c %Y s t; ls | wc -l';
        let before: string;
        {
          await using session = await open();
          before = await sh(session, `${made}; ${facts}`);
          await session.commit('target', id);
        }
        await using session = await open({ target: id });
        expect(await sh(session, facts)).toBe(before);
        expect(before).toContain('a 4755 0 0 3 regular file');
        await sh(
          session,
          'cd /keep; echo changed > a; test "$(cat b)" = changed || test "$(stat -c %h b)" -ge 1',
        );
      });

      it('keeps file capabilities', async () => {
        const id = newId();
        {
          await using session = await open();
          await sh(session, 'cp /bin/true /bin/raw; setcap cap_net_raw,cap_net_bind_service+ep /bin/raw');
          await session.commit('target', id);
          await sh(session, 'getcap /bin/raw');
        }
        await using session = await open({ target: id });
        expect(await sh(session, 'getcap /bin/raw')).toBe('/bin/raw cap_net_bind_service,cap_net_raw=ep\n');
      });

      it('makes chains of 40 snapshots that open like any other', async () => {
        const ids = Array.from({ length: 40 }, newId);
        {
          await using session = await open();
          for (const [at, id] of ids.entries()) {
            if (at % 8 === 0) await sh(session, `echo ${at} > /file-${at}`);
            await session.commit('target', id);
          }
        }
        await using session = await open({ target: ids.at(-1)! });
        expect(await sh(session, 'cat /file-0 /file-8 /file-32')).toBe('0\n8\n32\n');
      });
    });

    describe('removing a snapshot', () => {
      const remove = async (id: string, dryRun = false) => {
        const snapshots = new Set((await engine.holdSnapshots()).filter((each) => each !== id));
        return engine.collectGarbage({ snapshots, layers: new Set(), writtenBefore: Infinity, dryRun });
      };

      it('makes it absent, and does nothing when it is', async () => {
        const id = newId();
        await using session = await open();
        await session.commit('target', id);
        expect(await engine.hasSnapshot(id)).toBe(true);
        expect(await remove(id, true)).toMatchObject({ snapshots: [id] });
        expect(await engine.hasSnapshot(id)).toBe(true);
        expect(await remove(id)).toMatchObject({ snapshots: [id] });
        expect(await remove(id)).toMatchObject({ snapshots: [], snapshotBytes: 0 });
        expect(await engine.hasSnapshot(id)).toBe(false);
        expect(await engine.holdSnapshots()).not.toContain(id);
      });

      it('harms neither its children nor sessions that use it', async () => {
        const [parent, child] = [newId(), newId()];
        await using maker = await open();
        await sh(maker, 'echo old > /file');
        await maker.commit('target', parent);
        await sh(maker, 'echo child > /child');
        await maker.commit('target', child);
        await maker[Symbol.asyncDispose]();
        await using user = await open({ target: child });
        await remove(parent);
        await using again = await open();
        await sh(again, 'echo new > /file');
        await again.commit('target', parent);
        expect(await sh(again, 'cat /file')).toBe('new\n');
        await using other = await open({ target: child });
        expect(await sh(other, 'cat /file')).toBe('old\n');
        await remove(child);
        expect(await sh(user, 'cat /file /child')).toBe('old\nchild\n');
      });
    });

    describe('bootstrap', () => {
      it('says what the tool said when it fails, and keeps nothing', async () => {
        const id = newId();
        const hostFile = join(dir, 'no-archive');
        await writeFile(hostFile, 'this is no archive');
        const failed = engine.bootstrap({ id, log: () => undefined, source: { kind: 'tarball', hostFile } });
        await expect(failed).rejects.toMatchObject({
          code: expect.stringMatching(/^(BUILD_COMMAND_FAILED|ROOTFS_INVALID)$/) as unknown,
        });
        expect(await engine.hasSnapshot(id)).toBe(false);
      });

      it('makes a root of folders alone, and nothing is in it but what the builder puts there', async () => {
        const hostFile = join(dir, 'folders.tar.gz');
        const folders = ['dev', 'etc', 'proc', 'run', 'sys'].map((path) =>
          member({ path, type: 'directory', mode: 0o755 }),
        );
        await writeFile(hostFile, gzipSync(await collect(writeTar(folders))));
        const [empty, filled] = [newId(), newId()];
        await engine.bootstrap({ id: empty, log: () => undefined, source: { kind: 'tarball', hostFile } });
        const list = `cd ${targetRootPath}; find . -mindepth 1 ! -name '.kubler*' ! -path './dev/*' -exec stat -c '%n %a %u' {} + | sort`;
        const listed = ['./dev', './etc', './proc', './run', './sys'].map((path) => `${path} 755 0\n`);
        {
          await using session = await open({ target: empty });
          expect(await sh(session, list, 'builder')).toBe(listed.join(''));
          await sh(session, `cd ${targetRootPath}; echo made > etc/x; chmod 600 etc/x`, 'builder');
          await session.commit('target', filled);
        }
        await using session = await open({ target: filled });
        listed.splice(2, 0, './etc/x 600 0\n');
        expect(await sh(session, list, 'builder')).toBe(listed.join(''));
      });

      it('takes the base that is already there', async () => {
        const source = { kind: 'tarball', hostFile: join(dir, 'missing') } as const;
        await engine.bootstrap({ id: base, log: () => undefined, source });
      });
    });

    describe('a target that is an image', () => {
      const layer = async (name: string, members: readonly TarMember[]): Promise<ImageLayer> => {
        const blobFile = join(dir, `${name}.tar`);
        await writeFile(blobFile, writeTar(members));
        const diffId = toDigest(
          createHash('sha256')
            .update(await readFile(blobFile))
            .digest('hex'),
        );
        return { blobFile, diffId };
      };
      const baseLayer = (): ImageLayer => {
        const blobFile = join(dir, 'base.tar');
        return {
          blobFile,
          diffId: toDigest(createHash('sha256').update(readFileSync(blobFile)).digest('hex')),
        };
      };

      it('has its layers on top of one another, and keeps nothing', async () => {
        const upper = await layer('upper', [
          member({ path: 'data', type: 'directory', mode: 0o750 }),
          member({ path: 'data/new', text: 'new', uid: 7 }),
          member({ path: 'etc/.wh.passwd' }),
        ]);
        const target = { layers: [baseLayer(), upper] };
        {
          await using session = await open({ target });
          const script =
            'cat /data/new; stat -c " %a %u" /data /data/new; test ! -e /etc/passwd; touch /data/made';
          expect(await sh(session, script)).toBe('new 750 0\n 644 7\n');
          await expect(session.commit('target', newId())).rejects.toThrow('cannot be kept');
        }
        await using again = await open({ target });
        expect(await sh(again, 'ls /data')).toBe('new\n');
      });

      it('is seen from the builder, when it has no programs of its own too', async () => {
        const only = await layer('only', [member({ path: 'only/file', text: 'x' })]);
        await using session = await open({ target: { layers: [only] } });
        const listing = async (of: Session) => {
          const found = await sh(of, `cd ${targetRootPath} && find . | sort`, 'builder');
          return found.split('\n').filter((path) => !ofEngine.test(path));
        };
        expect(await listing(session)).toEqual(['.', './only', './only/file', '']);
        await using empty = await open({ target: { layers: [] } });
        expect(await listing(empty)).toEqual(['.', '']);
      });

      it('refuses bytes that are not those of the layer', async () => {
        const wrong = {
          ...(await layer('wrong', [member({ path: 'x' })])),
          diffId: toDigest('a'.repeat(64)),
        };
        await expect(open({ target: { layers: [wrong] } })).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
      });

      it('runs commands as a user, with files, folders in memory, and no trace of their places', async () => {
        await using session = await open({ target: { layers: [baseLayer()] } });
        await writeFile(join(dir, 'input'), 'given', { mode: 0o644 });
        const argv = [
          'sh',
          '-ec',
          'id -u; id -g; id -G; cat /in/put/x; touch /mem/y; ls /mem; ! touch /in/put/x',
        ] as const;
        const { stdout, exitCode } = await run(session, [...argv], {
          stdout: 'capture',
          user: { uid: 1000, gid: 2000, additionalGids: [27] },
          inputs: [{ hostPath: join(dir, 'input'), containerPath: '/in/put/x' }],
          tmpfs: [{ containerPath: '/mem', sizeBytes: 65536 }],
        });
        expect({ stdout, exitCode }).toEqual({ stdout: '1000\n2000\n2000 27\ngiveny\n', exitCode: 0 });
        const full = await run(session, ['sh', '-c', 'head -c 100000 /dev/zero > /mem/z'], {
          tmpfs: [{ containerPath: '/mem', sizeBytes: 65536 }],
        });
        expect(full.exitCode).not.toBe(0);
        const places = `ls -d ${targetRootPath}/in ${targetRootPath}/mem 2>/dev/null || true`;
        expect(await sh(session, places, 'builder')).toBe('');
      });
    });

    describe('an interrupt', () => {
      it('ends the running command and everything it started', async () => {
        const interrupt = new AbortController();
        const second = await setup.open(interrupt.signal);
        await using session = await second.open({ builder: base, target: base, inputs: [], env: {} });
        const stubborn = 'sleep 1000 & trap "" TERM INT; echo go; sleep 1000; sleep 1000';
        const running = run(session, ['sh', '-c', stubborn], { log: () => interrupt.abort() });
        await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
        await expect(run(session, ['true'])).rejects.toMatchObject({ code: 'INTERRUPTED' });
        await expect(session.commit('target', newId())).rejects.toMatchObject({ code: 'INTERRUPTED' });
        await expect(second.open({ target: base, inputs: [], env: {} })).rejects.toMatchObject({
          code: 'INTERRUPTED',
        });
      });
    });
  });
}

/** What engines may mount over, or note, in a root that a container runs on. */
const ofEngine = /^\.\/(\.kubler-hold|\.dockerenv|dev|proc|sys|run|etc)(\/|$)/;

/** CAP_SYS_PTRACE is bit 19 (capabilities(7)). */
const hasPtrace = (status: string): boolean => {
  const [mask = ''] = /[0-9a-f]{16}/.exec(status) ?? [];
  return ((BigInt(`0x${mask}`) >> 19n) & 1n) === 1n;
};
