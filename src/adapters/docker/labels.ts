import { hostname } from 'node:os';
import { isRunning, processTag } from '../system/process-tag.ts';
import { apiPath, request } from './request.ts';
import type { DockerHost } from './host.ts';

/** On a snapshot: its id. */
export const snapshotLabel = 'kubler.snapshot';
/** On containers, volumes and the images in between: who made them. */
export const ownerLabel = 'kubler.owner';
/** On the same: for which data dir. */
export const dataDirLabel = 'kubler.data-dir';
/** On the same: a session of the owner. */
export const sessionLabel = 'kubler.session';

/** What this process calls itself: `<host>/<pid>-<start time>`. */
export const ownName = async (): Promise<string> => `${hostname()}/${await processTag()}`;

/** Whether the process of this machine that calls itself so has ended; of other machines none is known to have. */
export const isGone = async (owner: string): Promise<boolean> => {
  const prefix = `${hostname()}/`;
  return owner.startsWith(prefix) && !(await isRunning(owner.slice(prefix.length)));
};

/** A piece of work, and what everything that it makes is labelled with. */
export interface OwnSession {
  readonly labels: Readonly<Record<string, string>>;
  /** Removes all of it. What cannot be removed, because the daemon has gone, the next process removes: it is no reason to fail twice. */
  readonly cleanUp: () => Promise<void>;
}

let sessions = 0;
export function newSession(host: DockerHost): OwnSession {
  const session = `${host.owner}-${(sessions += 1)}`;
  return {
    labels: { ...ownLabels(host), [sessionLabel]: session },
    cleanUp: () => removeLabelled(host, `${sessionLabel}=${session}`).catch(() => undefined),
  };
}

/** Who made something, and for which data dir: `<host>:<path>`. */
export const ownLabels = ({ owner, dataDir }: DockerHost): Readonly<Record<string, string>> => ({
  [ownerLabel]: owner,
  [dataDirLabel]: dataDirName(dataDir),
});

/** A data dir, among those of all machines that use the daemon. */
export const dataDirName = (dataDir: string): string => `${hostname()}:${dataDir}`;

/** Labels as the instructions that commits and imports take, in the syntax of a Dockerfile. */
export const toInstructions = (labels: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(labels).map(([name, value]) => `LABEL ${name}="${value.replace(/["\\$]/g, '\\$&')}"`);

interface Labelled {
  readonly Labels: Readonly<Record<string, string>> | null;
}
type Container = Labelled & { readonly Id: string };
type Image = Labelled & { readonly Id: string };
type Volume = Labelled & { readonly Name: string };

/** A container or image that is in use or has gone meanwhile is no failure. */
const leftAlone = (): undefined => undefined;

/** Removes containers, volumes and untagged images with a label, in any state. Those that went already do not matter. */
export async function removeLabelled(
  host: DockerHost,
  label: string,
  isMeant: (labels: Readonly<Record<string, string>>) => boolean = () => true,
): Promise<void> {
  const filters = JSON.stringify({ label: [label] });
  const gone = { verb: 'remove what a build left', evenInterrupted: true } as const;
  const list = <T>(path: string, query: object) =>
    request<T>(host, { ...gone, method: 'GET', path, query: { filters, ...query } });
  const remove = (path: string, query = {}) =>
    request(host, { ...gone, method: 'DELETE', path, query }).catch(leftAlone);
  const meant = <T extends Labelled>(found: readonly T[] | null) =>
    (found ?? []).filter(({ Labels }) => isMeant(Labels ?? {}));
  const containers = meant(await list<readonly Container[]>('/containers/json', { all: true }));
  await Promise.all(containers.map(({ Id }) => remove(apiPath`/containers/${Id}`, { force: true, v: true })));
  const { Volumes } = await list<{ readonly Volumes: readonly Volume[] | null }>('/volumes', {});
  for (const { Name } of meant(Volumes)) await remove(apiPath`/volumes/${Name}`, { force: true });
  const untagged = JSON.stringify({ label: [label], dangling: ['true'] });
  const images = meant(await list<readonly Image[]>('/images/json', { filters: untagged }));
  for (const { Id } of images) await remove(apiPath`/images/${Id}`);
}
