import { join } from 'node:path';
import type { Port, RunSpec } from '../../ports/engine.ts';
import type { TempDir } from '../system/temp-dir.ts';
import { runCapabilities } from './capabilities.ts';
import { claimName } from './claim-name.ts';
import { checkMount } from './check-mount.ts';
import { makeContainer, type Container } from './container.ts';
import { openHelper, type Helper } from './helper.ts';
import { hostFileBinds } from './host-files.ts';
import { interruptible } from './interruption.ts';
import { loopbackFileBinds, openNetwork, publishedFileBinds } from './published-network.ts';
import { resolveInRoot } from './mount-points.ts';
import { makeOverlay } from './overlay.ts';
import { runCommand, withUmask } from './run-command.ts';
import type { Bind, ContainerSpec } from './runtime-config.ts';
import type { NativeHost } from './snapshot-store.ts';
import { layersDir, unpackLayers } from './unpack-layer.ts';

/** A container of an image, made but not running, on a root of its own that goes with it. */
export interface ImageContainer extends AsyncDisposable {
  readonly helper: Helper;
  readonly container: Container;
  readonly spec: ContainerSpec;
  /** As asked for, with the host ports they got. */
  readonly ports: readonly Port[];
}

/** Makes the root, the network and the bundle of a container. @param signal ends it, whenever */
export async function openImageContainer(
  host: NativeHost,
  spec: RunSpec,
  signal?: AbortSignal,
): Promise<ImageContainer> {
  const temp = await host.openTempDir();
  let helper: Helper | undefined;
  const dispose = async () => {
    await helper?.[Symbol.asyncDispose]();
    await temp[Symbol.asyncDispose]();
  };
  try {
    if (spec.name !== undefined) await claimName(host, temp, spec.name);
    const layers = await interruptible(host.signal, 'unpack an image', () =>
      unpackLayers(host, spec.layers, temp.path),
    );
    const overlay = await makeOverlay(layersDir(host), layers.toReversed(), join(temp.path, 'run'));
    const stateDir = join(temp.path, 'runc');
    const { inUserNamespace } = host;
    const place = { layersDir: layersDir(host), inUserNamespace, stateDir, overlays: [overlay] };
    helper = await openHelper({ ...place, ...(signal && { signal }) });
    for (const mount of spec.mounts) await checkMount(helper.view(overlay.mountPoint), mount);
    return {
      helper,
      ...(await furnish(helper, temp, stateDir, overlay.mountPoint, spec)),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function furnish(helper: Helper, temp: TempDir, stateDir: string, rootDir: string, spec: RunSpec) {
  const isPublished = spec.network === 'published';
  const network = isPublished ? await openNetwork(helper, stateDir, spec.ports) : undefined;
  const files = await networkFiles(spec, temp.path);
  for (const path of spec.tmpfs ?? []) await openToAll(helper, rootDir, path);
  const volumes = await Promise.all((spec.volumes ?? []).map((path) => openVolume(helper, rootDir, path)));
  const container = {
    ...toContainer(spec, rootDir, [...files, ...spec.mounts]),
    volumes: outermostFirst(volumes),
    network: network
      ? { path: network.path }
      : spec.network === 'none'
        ? ('none' as const)
        : ('host' as const),
  };
  const place = { helper, stateDir, tempDir: temp.path };
  return {
    container: await makeContainer(place, 'run', container),
    spec: container,
    ports: network?.ports ?? [],
  };
}

/** runc(8) gives a tmpfs the permissions of the folder it covers, whatever its mount options say. */
async function openToAll(helper: Helper, rootDir: string, path: string): Promise<void> {
  const found = await resolveInRoot(helper.view(rootDir), path);
  if (found.missing.length > 0) return;
  await runCommand({
    argv: helper.enter(['chmod', '1777', join(rootDir, found.path)]),
    log: () => undefined,
  });
}

/** A folder of the root, which is there for one run only, mounted over itself: the root's being read-only is not for it. */
async function openVolume(helper: Helper, rootDir: string, volume: string): Promise<Bind> {
  const { path, missing } = await resolveInRoot(helper.view(rootDir), volume);
  const hostPath = join(rootDir, path);
  if (missing.length > 0) await runCommand({ argv: helper.enter(withUmask(['mkdir', '-p', hostPath])) });
  return { hostPath, containerPath: path, readOnly: false };
}

const outermostFirst = (binds: readonly Bind[]): readonly Bind[] =>
  binds.toSorted((a, b) => a.containerPath.length - b.containerPath.length);

/** What /etc tells a container about its network. */
function networkFiles({ network, hostname }: RunSpec, tempDir: string): Promise<readonly Bind[]> {
  if (network === 'published') return publishedFileBinds(tempDir, hostname);
  return network === 'none'
    ? loopbackFileBinds(tempDir, hostname)
    : hostFileBinds(tempDir, ['resolv.conf', 'hosts']);
}

function toContainer(
  spec: RunSpec,
  rootDir: string,
  binds: readonly Bind[],
): Omit<ContainerSpec, 'network' | 'volumes'> {
  const { argv, env, cwd, uid, gid, additionalGids, hostname, tty } = spec;
  const hasNone = spec.capabilities === 'none';
  return {
    ...{ argv, cwd, uid, gid, additionalGids, hostname, rootDir, binds },
    readOnlyRoot: spec.readOnly,
    tmpfs: (spec.tmpfs ?? []).map((containerPath) => ({ containerPath, sizeBytes: undefined })),
    env: tty && !env.some((each) => each.startsWith('TERM=')) ? [...env, 'TERM=xterm'] : env,
    capabilities: hasNone ? [] : runCapabilities,
    // Without it, programs with file capabilities could not even be started by who may have none.
    noNewPrivileges: hasNone,
    terminal: tty,
    arch: process.arch,
  };
}
