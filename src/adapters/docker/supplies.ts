import { Readable } from 'node:stream';
import { newDirectory, newFile } from '../../oci/new-member.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import { writeTar } from '../../oci/tar-write.ts';
import type { ContainerOptions } from '../../model/container-options.ts';
import type { Input } from '../../ports/engine.ts';
import { holderPrograms } from './holder-program.ts';
import type { DockerHost } from './host.ts';
import { newMembers, type SentFiles } from './input-members.ts';
import { apiPath, bulkTimeoutMs, request } from './request.ts';

/** Where containers have the programs of `holder-program.ts`. */
export const holdPath = '/.kubler-hold';

/** A bind mount as the API has it; its source is a path of the daemon's machine. */
export interface BindMount {
  readonly Type: 'bind';
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
}

/**
 * Files of this host that containers of a daemon see, which may run on another machine: a volume that is filled through
 * a container that is never started.
 */
export interface Supplies {
  /** What every container of the session mounts. */
  readonly mounts: readonly BindMount[];
  /** Where the daemon's machine has the seccomp profile, if there is one. */
  readonly seccompPath: string;
  /** Sends what is new in the inputs. */
  refresh(): Promise<void>;
  /** Sends further inputs and says how they are mounted. */
  add(inputs: readonly Input[]): Promise<readonly BindMount[]>;
}

const loadPath = '/.kubler-load';

/** @param imageId of any image: nothing of it is used */
export async function makeSupplies(
  host: DockerHost,
  { imageId, labels, inputs, seccomp }: SuppliesSpec,
): Promise<Supplies> {
  const call = { verb: 'hand files to a container', method: 'POST' } as const;
  const volume = await request<Volume>(host, { ...call, path: '/volumes/create', body: { Labels: labels } });
  const mount = { Type: 'volume', Source: volume.Name, Target: loadPath };
  const body = {
    ...{ Image: imageId, Entrypoint: [`${holdPath}/hold`], Labels: labels },
    HostConfig: { NetworkMode: 'none', Mounts: [mount] },
  };
  const loader = await request<{ readonly Id: string }>(host, { ...call, path: '/containers/create', body });
  const send = (members: AsyncIterable<TarMember> | Iterable<TarMember>) => upload(host, loader.Id, members);
  const { Architecture } = await request<Info>(host, { ...call, method: 'GET', path: '/info' });
  await send([...holderMembers(Architecture), ...profileMembers(seccomp)]);
  const known: Input[] = [];
  const sent: SentFiles = new Map();
  const refresh = async (): Promise<void> => {
    const members = newMembers(known, sent);
    const first = await members.next();
    if (first.done !== true) await send(chain(first.value, members));
  };
  const bind = (name: string, target: string): BindMount => ({
    ...{ Type: 'bind', Source: `${volume.Mountpoint}/${name}`, Target: target, ReadOnly: true },
  });
  const add: Supplies['add'] = async (more) => {
    const start = known.length;
    known.push(...more);
    await refresh();
    return more.map(({ containerPath }, at) => bind(String(start + at), containerPath));
  };
  const seccompPath = `${volume.Mountpoint}/${profileName}`;
  return { mounts: [bind('hold', holdPath), ...(await add(inputs))], seccompPath, refresh, add };
}

interface SuppliesSpec {
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly inputs: readonly Input[];
  readonly seccomp: ContainerOptions['seccomp'];
}
interface Volume {
  readonly Name: string;
  /** On the daemon's machine. */
  readonly Mountpoint: string;
}
interface Info {
  /** As `uname -m` names it. */
  readonly Architecture: string;
}

async function upload(
  host: DockerHost,
  containerId: string,
  members: AsyncIterable<TarMember> | Iterable<TarMember>,
): Promise<void> {
  await request(host, {
    verb: 'hand files to a container',
    method: 'PUT',
    path: apiPath`/containers/${containerId}/archive`,
    query: { path: loadPath },
    stream: Readable.from(writeTar(members), { objectMode: false }),
    timeoutMs: bulkTimeoutMs,
  });
}

async function* chain<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* rest;
}

function holderMembers(architecture: string): readonly TarMember[] {
  const { hold, killAll } = holderPrograms(architecture);
  const programs = Object.entries({ hold, 'kill-all': killAll });
  const files = programs.map(([name, program]) => ({ ...newFile(`hold/${name}`, program), mode: 0o755 }));
  return [newDirectory('hold'), ...files];
}

const profileName = 'seccomp.json';

/** In no folder that is mounted: only the daemon reads it. */
const profileMembers = (seccomp: ContainerOptions['seccomp']): readonly TarMember[] =>
  typeof seccomp === 'object' ? [newFile(profileName, Buffer.from(JSON.stringify(seccomp)))] : [];
