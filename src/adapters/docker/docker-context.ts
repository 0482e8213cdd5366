import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Tls } from './endpoint.ts';

/** A Docker context: a named address. */
export interface DockerContext {
  readonly name: string;
  /** As DOCKER_HOST has it. */
  readonly host: string;
  readonly tls: Tls | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The context the Docker client would use, undefined for its default one. As there, DOCKER_HOST beats DOCKER_CONTEXT,
 * which beats `currentContext` of config.json. Throws `ENGINE_UNAVAILABLE` for one that is not there, or unreadable.
 * Files: <config>/contexts/meta/<sha256 of the name>/meta.json, <config>/contexts/tls/<the same>/docker/{ca,cert,key}.pem.
 * https://docs.docker.com/engine/manage-resources/contexts/
 */
export async function readDockerContext(
  env: Environment,
  homeDir: string,
): Promise<DockerContext | undefined> {
  if (env['DOCKER_HOST']) return undefined;
  const configDir = dockerConfigDir(env, homeDir);
  const name = env['DOCKER_CONTEXT'] || currentContext(await readJson(join(configDir, 'config.json')));
  if (!name || name === 'default') return undefined;
  const digest = createHash('sha256').update(name).digest('hex');
  const meta = await readJson(join(configDir, 'contexts/meta', digest, 'meta.json'));
  const endpoint = field(field(meta, 'Endpoints'), 'docker');
  const host = field(endpoint, 'Host');
  if (typeof host !== 'string')
    throw noContext(name, meta === undefined ? 'there is none of that name' : 'it has no address');
  const tls = contextTls(
    join(configDir, 'contexts/tls', digest, 'docker'),
    field(endpoint, 'SkipTLSVerify') === true,
  );
  return { name, host, tls };
}

/** Where the Docker client keeps its configuration. */
export const dockerConfigDir = (env: Environment, homeDir: string): string =>
  env['DOCKER_CONFIG'] || join(homeDir, '.docker');

/** TLS as DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH ask for it; undefined: none. */
export function tlsFromEnv(env: Environment, homeDir: string): Tls | undefined {
  if (!env['DOCKER_TLS_VERIFY'] && !env['DOCKER_TLS']) return undefined;
  const dir = env['DOCKER_CERT_PATH'] || dockerConfigDir(env, homeDir);
  return { ...tlsFiles(dir), verify: Boolean(env['DOCKER_TLS_VERIFY']) };
}

const tlsFiles = (dir: string): Omit<Tls, 'verify'> => ({
  caFile: join(dir, 'ca.pem'),
  certFile: join(dir, 'cert.pem'),
  keyFile: join(dir, 'key.pem'),
});

function contextTls(dir: string, skipVerify: boolean): Tls | undefined {
  return existsSync(dir) || skipVerify ? { ...tlsFiles(dir), verify: !skipVerify } : undefined;
}

function currentContext(config: unknown): string | undefined {
  const name = field(config, 'currentContext');
  return typeof name === 'string' ? name : undefined;
}

/** A member of something that may be no object. */
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KublerError('ENGINE_UNAVAILABLE', `cannot read "${file}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}

const noContext = (name: string, reason: string): KublerError =>
  new KublerError('ENGINE_UNAVAILABLE', `cannot use Docker context "${name}": ${reason}`, {
    hint: '`docker context ls` lists them; DOCKER_CONTEXT and `docker context use` choose one',
  });
