import { KublerError } from '../../errors.ts';
import type { RunSpec, StartSpec } from '../../ports/engine.ts';
import { checkMount } from './check-mount.ts';
import type { Peer, Talk } from './converse.ts';
import { toCreateBody } from './create-body.ts';
import { statusOf } from './daemon-error.ts';
import type { DockerHost } from './host.ts';
import { newSession } from './labels.ts';
import { loadImageRoot } from './load-image.ts';
import { makeVolumes } from './make-volumes.ts';
import { notStarted, refusal } from './not-started.ts';
import { readContainer } from './read-container.ts';
import { apiPath, hijack, request } from './request.ts';

/** A container of an image, made but not running, on a root of its own that goes with it. */
export interface ImageContainer extends AsyncDisposable {
  readonly id: string;
  /** Connects with it, and then starts it. Rejects when its command cannot be started. */
  start(): Promise<Peer>;
}

/** @param attach what it is going to be connected with, and asked */
export async function makeImageContainer(
  host: DockerHost,
  spec: RunSpec,
  attach: Pick<Talk, 'attach' | 'stdin'> & Pick<StartSpec, 'health'>,
): Promise<ImageContainer> {
  const { labels, cleanUp } = newSession(host);
  try {
    await Promise.all(spec.mounts.map(checkMount));
    const imageId = await loadImageRoot(host, { layers: spec.layers }, labels);
    const takesInput = attach.stdin !== undefined || ['streams', 'terminal'].includes(attach.attach ?? '');
    const binds = await makeVolumes(host, spec, labels);
    const body = toCreateBody(host, { spec, imageId, labels, binds, takesInput, health: attach.health });
    const id = await create(host, spec, body);
    return { id, start: () => startAttached(host, id, spec, takesInput), [Symbol.asyncDispose]: cleanUp };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function create(host: DockerHost, { argv, name }: RunSpec, body: object): Promise<string> {
  try {
    const { Id } = await request<{ readonly Id: string }>(host, {
      ...{ verb: `run "${argv[0] ?? ''}"`, method: 'POST', path: '/containers/create', body },
      ...(name !== undefined && { query: { name } }),
    });
    return Id;
  } catch (error) {
    const isTaken = name !== undefined && (statusOf(error) === 409 || /already in use/.test(String(error)));
    if (!isTaken) throw error;
    throw new KublerError(
      'ENGINE_REFUSED',
      `cannot name a container "${name}": ${host.name} has one of that name`,
      {
        hint: 'remove it, or choose another name',
        cause: error,
      },
    );
  }
}

/** Connects with a container that was made, and then starts it. Rejects when its command cannot be started. */
export async function startAttached(
  host: DockerHost,
  id: string,
  { argv }: Pick<RunSpec, 'argv'>,
  stdin: boolean,
): Promise<Peer> {
  const verb = `run "${argv[0] ?? ''}"`;
  const query = { stream: true, stdin, stdout: true, stderr: true };
  const path = apiPath`/containers/${id}/attach`;
  // Podman looks for the program now, Docker when it starts it.
  const connection = await hijack(host, { verb, method: 'POST', path, query }).catch((error: unknown) => {
    throw explain(verb, error);
  });
  try {
    await request(host, { verb, method: 'POST', path: apiPath`/containers/${id}/start` });
  } catch (error) {
    connection.on('error', () => undefined).destroy();
    throw explain(verb, error);
  }
  const readState = async () => (await readContainer(host, id)).State;
  return { connection, kind: 'containers', id, readState };
}

/** Says what a program lacks, or which port is taken, without all that runtimes put around it. */
function explain(verb: string, error: unknown): unknown {
  if (!(error instanceof KublerError) || error.code !== 'ENGINE_REFUSED') return error;
  const [, port, protocol = 'tcp'] =
    /(127\.0\.0\.1:\d+)(?:\/(tcp|udp))?.*(?:already (?:in use|allocated))/.exec(error.message) ?? [];
  if (port !== undefined) {
    const message = `cannot publish a port at ${port}/${protocol}: something listens there already`;
    return new KublerError('ENGINE_REFUSED', message, { hint: 'choose another port', cause: error });
  }
  const reason = refusal(error.message);
  return reason === undefined ? error : notStarted(verb, reason.replace(`cannot ${verb}: `, ''));
}
