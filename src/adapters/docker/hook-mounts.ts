import type { Mount } from '../../ports/engine.ts';
import { cannotMount, checkMount } from './check-mount.ts';
import { removeContainer } from './container.ts';
import { statusOf } from './daemon-error.ts';
import type { DockerHost } from './host.ts';
import { request } from './request.ts';
import type { BindMount, Supplies } from './supplies.ts';

interface Place {
  readonly supplies: Supplies;
  /** Of any image: nothing of it is used. */
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * How folders and files of this machine get into containers: those of a daemon that has the same file system see them as
 * they are; what others are to read is sent to them.
 */
export async function mountForHooks(
  host: DockerHost,
  mounts: readonly Mount[],
  place: Place,
): Promise<readonly BindMount[]> {
  if (mounts.length === 0) return [];
  await Promise.all(mounts.map(checkMount));
  if (await seesOurFiles(host, place)) {
    return mounts.map(({ hostPath, containerPath, readOnly: ReadOnly }) => ({
      ...{ Type: 'bind', Source: hostPath, Target: containerPath, ReadOnly },
    }));
  }
  const writable = mounts.find(({ readOnly }) => !readOnly);
  if (writable) {
    throw cannotMount(writable, `${host.name} does not see the files of this machine`, {
      hint: 'what is only read can be sent there: add ":ro"; or take --engine native',
    });
  }
  return place.supplies.add(mounts);
}

/** Whether the daemon finds a folder that was made just now: engines refuse to bind what is not there. */
async function seesOurFiles(host: DockerHost, { imageId, labels }: Place): Promise<boolean> {
  await using probe = await host.openTempDir();
  const mount = { Type: 'bind', Source: probe.path, Target: '/.kubler-probe', ReadOnly: true };
  try {
    const { Id } = await request<{ readonly Id: string }>(host, {
      ...{ verb: 'mount a folder', method: 'POST', path: '/containers/create' },
      body: {
        ...{ Image: imageId, Entrypoint: ['/none'], Labels: labels },
        HostConfig: { NetworkMode: 'none', Mounts: [mount] },
      },
    });
    await removeContainer(host, Id);
    return true;
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    return false;
  }
}
