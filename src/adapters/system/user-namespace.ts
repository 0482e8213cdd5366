import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { constants, homedir, userInfo } from 'node:os';
import type { Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { findSubIds, readSubIdFile } from './sub-ids.ts';

/** The user Kubler was started by. A user without a name in the system's list is called by its number. */
export function currentUser(): { readonly name: string; readonly uid: number; readonly gid: number } {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  try {
    return { name: userInfo().username, uid, gid };
  } catch {
    return { name: String(uid), uid, gid };
  }
}

export const subUidFile = '/etc/subuid';
export const subGidFile = '/etc/subgid';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;

/**
 * Runs this very command line once more, as root of a user namespace (user_namespaces(7)) in which the ids of the user's
 * ranges are the other users: to that process everything is as it is to root. Resolves with its exit status, or with
 * undefined when this process is root already or such a namespace cannot be made (`refusedUserNamespace` says why).
 * It dies with this process.
 */
export async function enterUserNamespace(): Promise<number | undefined> {
  if (process.getuid?.() === 0) return undefined;
  // As in bin/kubler.js, Node must not take options of Kubler's for its own.
  const argv = [process.execPath, ...process.execArgv, '--', ...process.argv.slice(1)];
  // What comes before there is a child waits for it.
  const early: NodeJS.Signals[] = [];
  let pass = (signal: NodeJS.Signals): void => void early.push(signal);
  const listener = (signal: NodeJS.Signals): void => pass(signal);
  for (const signal of forwarded) process.on(signal, listener);
  try {
    const { child } = await start(argv, ['inherit', 'inherit', 'pipe', 2, 'pipe']);
    if (!child) return undefined;
    pass = (signal) => void child.kill(signal);
    early.forEach(pass);
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
  } finally {
    for (const signal of forwarded) process.off(signal, listener);
  }
}

/** Why a user namespace for this user cannot be made, as the tools say it; undefined when it can. */
export async function refusedUserNamespace(): Promise<string | undefined> {
  const { child, refusal } = await start(['true'], ['ignore', 'ignore', 'pipe', 'ignore', 'pipe']);
  if (child && child.exitCode === null) await once(child, 'exit');
  return refusal;
}

/** Started in a namespace that has no ids yet, it waits for them: root's capabilities come with the program it starts then. */
const script = 'echo >&4; read -r _ <&4 && exec setpriv --pdeathsig KILL -- "$@" 2>&3 3>&- 4>&-';

interface Started {
  readonly child?: ChildProcess;
  readonly refusal?: string;
}

/**
 * A session of its own, so that a Ctrl-C at the terminal comes once: from this process.
 * @param stdio standard streams but the third, which the tools get; the program's standard error is the fourth, and
 *   the fifth a pipe
 */
async function start(argv: readonly string[], stdio: StdioOptions): Promise<Started> {
  const { name, uid, gid } = currentUser();
  const uids = findSubIds(await readSubIdFile(subUidFile), { name, uid });
  const gids = findSubIds(await readSubIdFile(subGidFile), { name, uid });
  if (!uids || !gids)
    return { refusal: `there are no ids for user ${name} in ${uids ? subGidFile : subUidFile}` };
  // In the namespace the home folder could not be told by the user's number.
  const env = { HOME: homedir(), ...process.env };
  const args = ['--user', 'sh', '-c', script, 'kubler', ...argv];
  const child = spawn('unshare', args, { stdio, env, detached: true });
  const [, , errors, , gate] = child.stdio as unknown as [unknown, unknown, Readable, unknown, Duplex];
  const said = text(errors).catch(String);
  const failed = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', () => resolve(said));
  });
  const refusal =
    (await Promise.race([once(gate, 'data').then(() => undefined), failed])) ??
    (await mapIds('newuidmap', child, uid, uids)) ??
    (await mapIds('newgidmap', child, gid, gids));
  // Without an answer the program is not started.
  gate.end(refusal === undefined ? '\n' : '');
  return refusal === undefined ? { child } : { refusal };
}

async function mapIds(
  tool: string,
  child: ChildProcess,
  own: number,
  { start: first, count }: { readonly start: number; readonly count: number },
): Promise<string | undefined> {
  const args = [child.pid ?? 0, 0, own, 1, 1, first, count].map(String);
  const mapper = spawn(tool, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = text(mapper.stderr).catch(String);
  try {
    const [code] = (await once(mapper, 'exit')) as [number | null];
    return code === 0 ? undefined : await said;
  } catch (error) {
    return error instanceof Error ? error.message : tool;
  }
}
