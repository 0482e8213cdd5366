import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** An sshd of one test on 127.0.0.1, and an `ssh` that knows it and may log in there. */
export interface SshServer {
  /** `ssh://root@127.0.0.1:PORT` */
  readonly address: string;
  /** A folder for PATH with that `ssh`. */
  readonly binDir: string;
  readonly stop: () => Promise<void>;
}

/** Starts a server with everything below `dir`; logins by key only. */
export async function startSshServer(dir: string): Promise<SshServer> {
  const binDir = join(dir, 'bin');
  // sshd drops its rights in this folder, which its init script makes.
  for (const each of [binDir, '/run/sshd']) mkdirSync(each, { recursive: true });
  const file = (name: string): string => join(dir, name);
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)]);
  copyFileSync(file('user.pub'), file('authorized'));
  const port = await freePort();
  const serverOptions = [
    ...['-e', '-D', '-f', '/dev/null', '-h', file('host'), '-p', String(port)],
    ...['ListenAddress=127.0.0.1', 'StrictModes=no', 'UsePAM=no', `PidFile=${file('pid')}`],
    ...[`AuthorizedKeysFile=${file('authorized')}`, 'PasswordAuthentication=no', 'MaxStartups=2'],
  ].map((text) => (text.includes('=') ? `-o${text}` : text));
  writeFileSync(file('known'), `[127.0.0.1]:${port} ${readFileSync(file('host.pub'), 'utf8')}`);
  const known = ['-F', '/dev/null', '-i', file('user'), `-oUserKnownHostsFile=${file('known')}`];
  writeFileSync(join(binDir, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh ${known.join(' ')} "$@"\n`, {
    mode: 0o755,
  });
  const server = spawn('/usr/sbin/sshd', serverOptions, { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGTERM');
    await once(server, 'exit');
  };
  for (let tries = 0; tries < 100; tries += 1) {
    if (await listens(port)) return { address: `ssh://root@127.0.0.1:${port}`, binDir, stop };
    await sleep(100);
  }
  await stop();
  throw new Error('sshd does not start');
}

function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)])
    .catch(() => false)
    .finally(() => socket.destroy());
}
