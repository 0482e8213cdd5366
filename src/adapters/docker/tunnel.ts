import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KublerError } from '../../errors.ts';
import { collectOutput } from '../system/collect-output.ts';
import { outerIds } from '../system/id-map.ts';
import { describeEndpoint, type DirectEndpoint, type Endpoint, type SshEndpoint } from './endpoint.ts';

/** A direct endpoint that lasts until it is disposed. */
export interface OpenEndpoint extends AsyncDisposable {
  readonly endpoint: DirectEndpoint;
}

/**
 * Makes a direct endpoint of any: an `ssh` one becomes a socket in `dir`, which one ssh connection forwards to the other
 * machine's. (A connection of its own for each request would soon hit the limit of logins, `MaxStartups`, of sshd.)
 * Throws `ENGINE_UNAVAILABLE` with what ssh says, `INTERRUPTED` on abort.
 * @param dir a folder of this process alone, its path short: the address of a socket has 108 bytes (unix(7))
 */
export async function openEndpoint(
  endpoint: Endpoint,
  dir: string,
  signal: AbortSignal,
): Promise<OpenEndpoint> {
  if (endpoint.kind !== 'ssh') return { endpoint, [Symbol.asyncDispose]: () => Promise.resolve() };
  const socketPath = join(dir, 'engine.sock');
  const [command = '', ...args] = [...(await asOuterUser()), ...sshArgv(endpoint, socketPath)];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = collectOutput(child.stderr).catch(String);
  const ended = once(child, 'exit').then(
    () => said,
    (error: unknown) => (error as Error).message,
  );
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const isOpen = async (): Promise<true | undefined> => {
    while (!existsSync(socketPath)) {
      await sleep(20);
      if (signal.aborted || child.exitCode !== null || child.signalCode !== null) return undefined;
    }
    return true;
  };
  const result = await Promise.race([isOpen(), ended]);
  if (result === true) return { endpoint: { kind: 'unix', socketPath }, [Symbol.asyncDispose]: close };
  if (child.pid !== undefined) await close();
  if (signal.aborted)
    throw new KublerError('INTERRUPTED', `cannot reach ${describeEndpoint(endpoint)}: interrupted`);
  throw refused(endpoint, await ended);
}

/**
 * ssh(1) that forwards `localSocket` and does nothing else. It asks nothing, notices when the other side is gone, and dies
 * with this process.
 */
export function sshArgv(endpoint: SshEndpoint, localSocket: string): readonly string[] {
  const { host, port, user, identityFile, socketPath } = endpoint;
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=15',
    'ServerAliveInterval=15',
    'StreamLocalBindMask=0177',
  ];
  return [
    ...['setpriv', '--pdeathsig', 'TERM', '--', 'ssh', '-nNT'],
    ...options.flatMap((option) => ['-o', option]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(identityFile === undefined ? [] : ['-i', identityFile]),
    ...['-L', `${localSocket}:${socketPath}`, '--', host],
  ];
}

/** ssh looks up the user's name and home by number: in a user namespace it needs the one the user has outside. */
async function asOuterUser(): Promise<readonly string[]> {
  const ids = await outerIds();
  return ids ? ['unshare', '--user', `--map-user=${ids.uid}`, `--map-group=${ids.gid}`, '--'] : [];
}

function refused(endpoint: SshEndpoint, said: string): KublerError {
  const lines = said.trim().split('\n');
  return new KublerError(
    'ENGINE_UNAVAILABLE',
    `cannot reach ${describeEndpoint(endpoint)}: ${lines.at(-1) || 'ssh has ended'}`,
    {
      ...(lines.length > 1 && { details: lines }),
      hint: `try: ssh ${endpoint.user === undefined ? '' : `${endpoint.user}@`}${endpoint.host} true, which must ask for nothing`,
    },
  );
}
