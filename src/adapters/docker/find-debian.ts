import { readTarStream } from '../../oci/tar-read.ts';
import { statusOf } from './daemon-error.ts';
import { removeContainer } from './container.ts';
import type { DockerHost } from './host.ts';
import { snapshotLabel } from './labels.ts';
import { apiPath, request } from './request.ts';
import type { ImageSummary } from './snapshots.ts';

export interface DebianImage {
  readonly id: string;
  readonly name: string;
}

const verb = 'look for a Debian image';
/** How many images are looked at. */
const maxLooks = 30;
/** What debootstrap(8) takes, beside what every Debian has: images without a package manager call themselves Debian, too. */
const neededFiles = ['/usr/bin/dpkg-deb', '/usr/bin/perl'];

/**
 * An image of the daemon that debootstrap works in: one that is called `debian` rather than another, else the newest. What
 * Kubler keeps there itself does not count. Nothing in an image is run to find out.
 * @param labels of containers that are made for a look
 */
export async function findDebian(
  host: DockerHost,
  labels: Readonly<Record<string, string>>,
): Promise<DebianImage | undefined> {
  const path = '/images/json';
  const images = await request<readonly ImageSummary[]>(host, { verb, method: 'GET', path });
  const named = images.flatMap(({ Id: id, RepoTags, Labels }) => {
    const tags = (RepoTags ?? []).filter((tag) => tag !== '<none>:<none>');
    const name = tags.find(isCalledDebian) ?? tags[0];
    return name === undefined || snapshotLabel in (Labels ?? {}) ? [] : [{ id, name }];
  });
  const called = named.filter(({ name }) => isCalledDebian(name));
  const others = named.filter((image) => !called.includes(image));
  for (const image of [...called, ...others].slice(0, maxLooks))
    if (await isDebian(host, image.id, labels)) return image;
  return undefined;
}

const isCalledDebian = (name: string): boolean => /(?:^|\/)debian(?::|$)/.test(name);

/** Looks into a container that is never started. */
async function isDebian(
  host: DockerHost,
  imageId: string,
  labels: Readonly<Record<string, string>>,
): Promise<boolean> {
  const body = { Image: imageId, Entrypoint: ['-'], Labels: labels, HostConfig: { NetworkMode: 'none' } };
  const call = { verb, method: 'POST', path: '/containers/create', body } as const;
  const { Id } = await request<{ readonly Id: string }>(host, call);
  try {
    if (!/^ID="?debian"?$/m.test(await readFile(host, Id, '/usr/lib/os-release'))) return false;
    return (await Promise.all(neededFiles.map((path) => look(host, Id, 'HEAD', path)))).every(Boolean);
  } finally {
    await removeContainer(host, Id);
  }
}

async function readFile(host: DockerHost, containerId: string, path: string): Promise<string> {
  const tar = (await look(host, containerId, 'GET', path))?.answer;
  if (!Buffer.isBuffer(tar)) return '';
  const chunks: Buffer[] = [];
  for await (const member of readTarStream(once(tar)))
    for await (const chunk of member.content()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield await Promise.resolve(bytes);
}

/** Undefined: there is no such file. */
async function look(
  host: DockerHost,
  containerId: string,
  method: 'GET' | 'HEAD',
  path: string,
): Promise<{ readonly answer: unknown } | undefined> {
  const call = { verb, method, path: apiPath`/containers/${containerId}/archive`, query: { path } } as const;
  try {
    return { answer: await request(host, call) };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
