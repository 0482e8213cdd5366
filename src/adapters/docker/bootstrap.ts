import { Readable } from 'node:stream';
import { KublerError } from '../../errors.ts';
import { readArchive } from '../../oci/read-archive.ts';
import { readTarStream } from '../../oci/tar-read.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import { writeTar } from '../../oci/tar-write.ts';
import type { BootstrapSpec } from '../../ports/engine.ts';
import { isBaseTrace } from '../system/base-traces.ts';
import { toKublerError } from './daemon-error.ts';
import type { BuildHost, DockerHost } from './host.ts';
import { ownLabels, snapshotLabel, toInstructions } from './labels.ts';
import { makeBaseInContainer } from './make-base.ts';
import { bulkTimeoutMs, request } from './request.ts';
import { findImage, nameSnapshot, snapshotName } from './snapshots.ts';

/** Makes a base an image of the daemon; see `Engine.bootstrap`. */
export async function bootstrap(host: BuildHost, spec: BootstrapSpec): Promise<void> {
  if ((await findImage(host, snapshotName(spec.id))) !== undefined) return;
  const { source } = spec;
  const take = async (tar: AsyncIterable<Buffer>): Promise<void> => {
    await nameSnapshot(host, await importTar(host, spec.id, tar), spec.id);
  };
  if (source.kind === 'tarball') return take(writeTar(withoutDevices(source.hostFile)));
  const lacks = await host.findBaseLacks(source.kind);
  if (lacks.length === 0) return host.makeBase({ ...spec, source }, take);
  return makeBaseInContainer(host, { ...spec, source }, lacks, (hostFile) =>
    take(writeTar(withoutTraces(withoutDevices(hostFile)))),
  );
}

/** What a container mounts its own devices over is left out, and so are devices anywhere. */
async function* withoutDevices(hostFile: string): AsyncGenerator<TarMember, void, undefined> {
  for await (const { type, ...member } of readTarStream(readArchive(hostFile))) {
    if (type !== 'device' && !/^(?:\.\/)?dev\/./.test(member.path)) yield { ...member, type };
  }
}

async function* withoutTraces(members: AsyncIterable<TarMember>): AsyncGenerator<TarMember, void, undefined> {
  for await (const member of members)
    if (member.type === 'directory' || !isBaseTrace(member.path)) yield member;
}

/** @returns the id of the image, which has no name yet */
async function importTar(host: DockerHost, id: string, tar: AsyncIterable<Buffer>): Promise<string> {
  const stream = Readable.from(tar, { objectMode: false });
  // The modem destroys its request with it, and that is what we hear; yet this is the reason.
  let cause: unknown;
  stream.on('error', (error) => (cause = error));
  const changes = toInstructions({ ...ownLabels(host), [snapshotLabel]: id });
  const answer = await request(host, {
    verb: 'make a base',
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: '-', changes },
    stream,
    timeoutMs: bulkTimeoutMs,
  }).catch((error: unknown) => {
    throw cause instanceof KublerError ? cause : error;
  });
  return lastStatus(host, answer);
}

/** The end of a stream of JSON lines: what was done, or an error of the daemon. */
function lastStatus(host: DockerHost, answer: unknown): string {
  const lines = Buffer.isBuffer(answer) ? answer.toString().trim().split(/\r?\n/) : [JSON.stringify(answer)];
  const last = JSON.parse(lines.at(-1) ?? '{}') as { readonly status?: string; readonly error?: string };
  if (last.status !== undefined) return last.status.trim();
  throw toKublerError(host, 'make a base', Object.assign(new Error(last.error), { statusCode: 500 }));
}
