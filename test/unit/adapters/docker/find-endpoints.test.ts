import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeEndpoint } from '../../../../src/adapters/docker/endpoint.ts';
import { findEndpoints } from '../../../../src/adapters/docker/find-endpoints.ts';
import type { ApiEngineName } from '../../../../src/model/engine-status.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

describe('findEndpoints', () => {
  const homeDir = useTempDir();
  const find = (engine: ApiEngineName, env: Readonly<Record<string, string>> = {}) =>
    findEndpoints(engine, { env, homeDir });
  const shown = async (engine: ApiEngineName, env?: Readonly<Record<string, string>>) =>
    (await find(engine, env)).map(({ endpoint, source }) => `${source}: ${describeEndpoint(endpoint)}`);
  const idOf = (name: string): string => createHash('sha256').update(name).digest('hex');
  const addContext = (name: string, endpoints: unknown): void =>
    writeTree(homeDir, {
      [`.docker/contexts/meta/${idOf(name)}/meta.json`]: JSON.stringify({ Name: name, Endpoints: endpoints }),
    });

  it('names the usual sockets, in the order of the engines', async () => {
    expect(await shown('docker', { XDG_RUNTIME_DIR: '/run/user/7' })).toEqual([
      'default socket: unix:///var/run/docker.sock',
      'default socket: unix:///run/user/7/docker.sock',
    ]);
    expect(await shown('podman', { XDG_RUNTIME_DIR: '/run/user/7' })).toEqual([
      'default socket: unix:///run/user/7/podman/podman.sock',
      'default socket: unix:///run/podman/podman.sock',
    ]);
    expect(await shown('podman')).toEqual(['default socket: unix:///run/podman/podman.sock']);
  });

  it('takes DOCKER_HOST and nothing else, with TLS where it is asked for', async () => {
    const DOCKER_HOST = 'tcp://far:9999';
    expect(await shown('docker', { DOCKER_HOST, DOCKER_CONTEXT: 'no-such' })).toEqual([
      'DOCKER_HOST: tcp://far:9999',
    ]);
    expect(
      await find('docker', { DOCKER_HOST, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' }),
    ).toMatchObject([
      {
        endpoint: {
          tls: {
            caFile: '/certs/ca.pem',
            certFile: '/certs/cert.pem',
            keyFile: '/certs/key.pem',
            verify: true,
          },
        },
      },
    ]);
    expect(await find('docker', { DOCKER_HOST, DOCKER_TLS: '1' })).toMatchObject([
      { endpoint: { tls: { caFile: join(homeDir, '.docker/ca.pem'), verify: false } } },
    ]);
  });

  it('takes CONTAINER_HOST for Podman alone', async () => {
    const env = { CONTAINER_HOST: 'ssh://jo@far/run/user/7/podman/podman.sock', CONTAINER_SSHKEY: '/key' };
    expect(await find('podman', env)).toMatchObject([
      { source: 'CONTAINER_HOST', endpoint: { host: 'far', identityFile: '/key' } },
    ]);
    expect(await shown('docker', env)).toEqual(['default socket: unix:///var/run/docker.sock']);
  });

  it('takes the current context, with its certificates, unless DOCKER_CONTEXT names another', async () => {
    addContext('far', { docker: { Host: 'tcp://far:2376', SkipTLSVerify: false } });
    addContext('over-ssh', { docker: { Host: 'ssh://far' } });
    writeTree(homeDir, {
      '.docker/config.json': '{ "currentContext": "far" }',
      [`.docker/contexts/tls/${idOf('far')}/docker/ca.pem`]: 'x',
    });
    expect(await find('docker')).toEqual([
      {
        source: 'context "far"',
        endpoint: expect.objectContaining({
          host: 'far',
          tls: expect.objectContaining({
            caFile: join(homeDir, '.docker/contexts/tls', idOf('far'), 'docker/ca.pem'),
            verify: true,
          }) as object,
        }) as object,
      },
    ]);
    expect(await shown('docker', { DOCKER_CONTEXT: 'over-ssh' })).toEqual([
      'context "over-ssh": ssh://far/var/run/docker.sock',
    ]);
    expect(await shown('docker', { DOCKER_CONTEXT: 'default' })).toEqual([
      'default socket: unix:///var/run/docker.sock',
    ]);
    expect(await shown('docker', { DOCKER_CONFIG: join(homeDir, 'elsewhere') })).toEqual([
      'default socket: unix:///var/run/docker.sock',
    ]);
    rmSync(join(homeDir, '.docker/config.json'));
  });

  it('says what is wrong with a context or a file', async () => {
    addContext('cloud', { kubernetes: {} });
    await expect(find('docker', { DOCKER_CONTEXT: 'no-such' })).rejects.toThrow(
      'cannot use Docker context "no-such": there is none of that name',
    );
    await expect(find('docker', { DOCKER_CONTEXT: 'cloud' })).rejects.toThrow('it has no address');
    writeTree(homeDir, { '.docker/config.json': '{' });
    await expect(find('docker')).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  });
});
