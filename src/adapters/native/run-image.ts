import { join } from 'node:path';
import type { RunSpec } from '../../ports/engine.ts';
import { runCapabilities } from './capabilities.ts';
import { makeContainer, notStarted } from './container.ts';
import { forwardSignals } from './forward-signals.ts';
import { openHelper, type Helper } from './helper.ts';
import { hostFileBinds } from './host-files.ts';
import { interruptible } from './interruption.ts';
import { makeOverlay } from './overlay.ts';
import { exitStatus, startCommand, type Argv } from './run-command.ts';
import type { Bind, ContainerSpec } from './runtime-config.ts';
import { layersDir, unpackLayers } from './unpack-layer.ts';
import type { NativeHost } from './snapshot-store.ts';

/**
 * Runs an image with the caller's standard streams and on a root that is thrown away; see `Engine.run`. Signals sent
 * to Kubler go to the image's process, so an abort ends nothing by itself here.
 */
export async function runImage(host: NativeHost, spec: RunSpec): Promise<number> {
  await using temp = await host.openTempDir();
  const layers = await interruptible(host.signal, 'unpack an image', () =>
    unpackLayers(host, spec.layers, temp.path),
  );
  const overlay = await makeOverlay(layersDir(host), layers.toReversed(), join(temp.path, 'run'));
  const stateDir = join(temp.path, 'runc');
  await using helper = await openHelper({ layersDir: layersDir(host), stateDir, overlays: [overlay] });
  await using container = await makeContainer(
    { helper, stateDir, tempDir: temp.path },
    'run',
    toContainer(spec, overlay.mountPoint, await hostFileBinds(temp.path, ['resolv.conf', 'hosts'])),
  );
  const exitCode = await runInForeground(container.argv, helper);
  const reason = exitCode === 0 ? undefined : await container.refusal();
  if (reason !== undefined) throw notStarted(spec.argv, reason);
  return exitCode;
}

async function runInForeground(argv: Argv, helper: Helper): Promise<number> {
  const child = startCommand(argv, 'inherit');
  const stop = forwardSignals(child, helper);
  try {
    return await exitStatus(child);
  } finally {
    stop();
  }
}

function toContainer(spec: RunSpec, rootDir: string, binds: readonly Bind[]): ContainerSpec {
  const { argv, env, cwd, uid, gid, additionalGids, hostname, tty } = spec;
  return {
    ...{ argv, cwd, uid, gid, additionalGids, hostname, rootDir, binds },
    env: tty && !env.some((each) => each.startsWith('TERM=')) ? [...env, 'TERM=xterm'] : env,
    capabilities: runCapabilities,
    noNewPrivileges: false,
    terminal: tty,
    network: 'host',
    arch: process.arch,
  };
}
