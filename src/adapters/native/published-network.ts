import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { MissingTool } from '../../model/missing-tool.ts';
import type { Port } from '../../ports/engine.ts';
import { collectOutput } from '../system/collect-output.ts';
import type { Helper } from './helper.ts';
import { publishPort } from './publish-port.ts';
import { exitStatus, startCommand } from './run-command.ts';
import type { Bind } from './runtime-config.ts';

export interface PublishedNetwork {
  /** A file of the helper that stands for the network namespace. */
  readonly path: string;
  readonly ports: readonly Port[];
}

const need = 'publishes ports: `kubler run -p`, image tests with ports';
const device = '/dev/net/tun';

/** What this host lacks to publish ports, beyond what the engine needs. */
export async function findNetworkLacks(
  which: (command: string) => Promise<string | undefined>,
): Promise<readonly MissingTool[]> {
  const tool = 'slirp4netns';
  const isInstalled = (await which(tool)) !== undefined;
  const refusal = await access(device, constants.R_OK | constants.W_OK).then(
    () => undefined,
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
  const fix = refusal === 'ENOENT' ? 'sudo modprobe tun' : `sudo chmod 0666 ${device}`;
  const reason = refusal === 'ENOENT' ? 'it is not there' : 'this user may not open it';
  return [
    ...(isInstalled ? [] : [{ tool, need, debianPackage: tool, optional: true }]),
    ...(refusal === undefined ? [] : [{ tool: device, need: `${need}; ${reason}`, fix, optional: true }]),
  ];
}

/** Addresses that slirp4netns(1) gives the container and its name server. */
const containerAddress = '10.0.2.100';
const nameServer = '10.0.2.3';

/**
 * slirp4netns stands in both networks, this machine's and the container's, and passes packets between them. It
 * needs no right on this machine. What runs in the container does not get at this machine's own 127.0.0.1, unless it
 * has a UDP port: slirp4netns could not pass on its answers then.
 */
const script = `
set -eu
cd "$1"
: > network
unshare --net="$1/network" true
exec slirp4netns --enable-sandbox --enable-seccomp --configure --mtu=65520 --netns-type=path \
  --api-socket=network.api --ready-fd=3 $2 "$1/network" tap0 3>&1 > network.log 2>&1
`;

/** Makes a network in a helper and publishes its ports. It ends with the helper. @param dir a folder only the helper has */
export async function openNetwork(
  helper: Helper,
  dir: string,
  ports: readonly Port[],
): Promise<PublishedNetwork> {
  const loopback = ports.some(({ protocol }) => protocol === 'udp') ? '' : '--disable-host-loopback';
  const argv = helper.enter(['sh', '-c', script, 'kubler', dir, loopback]);
  const child = startCommand(argv, ['ignore', 'pipe', 'pipe']);
  const ended = exitStatus(child);
  if (!child.stdout || !child.stderr) throw new TypeError('slirp4netns is started with pipes');
  const errors = collectOutput(child.stderr);
  errors.catch(() => undefined);
  const ready = once(child.stdout, 'data').then(() => true);
  ready.catch(() => undefined);
  const status = await Promise.race([ready, ended]);
  if (status !== true) {
    const log = await readFile(helper.view(join(dir, 'network.log')), 'utf8').catch(() => '');
    throw refused((await errors) + log);
  }
  ended.catch(() => undefined);
  const published: Port[] = [];
  for (const port of ports) {
    published.push(await publishPort(helper.view(dir), 'network.api', containerAddress, port));
  }
  return { path: join(dir, 'network'), ports: published };
}

function refused(output: string): KublerError {
  const details = output.split('\n').filter((line) => line !== '' && !line.startsWith('WARNING: '));
  const reason = details.at(-1) ?? 'slirp4netns ended early';
  return new KublerError('ENGINE_REFUSED', `cannot make a network for a container: ${reason}`, {
    hint: '`kubler doctor` says what this host lacks',
    details: details.slice(0, -1),
  });
}

/** /etc/resolv.conf and /etc/hosts for a container in such a network. */
export async function publishedFileBinds(tempDir: string, hostname: string): Promise<readonly Bind[]> {
  const resolver = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  const search = resolver.split('\n').filter((line) => /^(?:search|domain|options)\s/.test(line));
  return writeBinds(tempDir, {
    'resolv.conf': [`nameserver ${nameServer}`, ...search],
    hosts: ['127.0.0.1 localhost', `${containerAddress} ${hostname}`],
  });
}

/** /etc/hosts for a container that is alone. */
export const loopbackFileBinds = (tempDir: string, hostname: string): Promise<readonly Bind[]> =>
  writeBinds(tempDir, { hosts: [`127.0.0.1 localhost ${hostname}`] });

async function writeBinds(
  tempDir: string,
  files: Readonly<Record<string, readonly string[]>>,
): Promise<readonly Bind[]> {
  const binds: Bind[] = [];
  for (const [name, lines] of Object.entries(files)) {
    const hostPath = join(tempDir, name);
    await writeFile(hostPath, `${lines.join('\n')}\n`);
    // For every user, whatever the umask.
    await chmod(hostPath, 0o644);
    binds.push({ hostPath, containerPath: `/etc/${name}`, readOnly: true });
  }
  return binds;
}
