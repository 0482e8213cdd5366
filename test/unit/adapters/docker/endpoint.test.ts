import { describe, expect, it } from 'vitest';
import { describeEndpoint, parseEndpoint } from '../../../../src/adapters/docker/endpoint.ts';

const options = { source: 'DOCKER_HOST', remoteSocket: '/var/run/docker.sock' };
const tls = { caFile: '/certs/ca.pem', verify: true };

describe('parseEndpoint', () => {
  it.each([
    ['unix:///run/user/1000/docker.sock', { kind: 'unix', socketPath: '/run/user/1000/docker.sock' }],
    ['tcp://build.example', { kind: 'tcp', host: 'build.example', port: 2375 }],
    ['tcp://[::1]:1234', { kind: 'tcp', host: '::1', port: 1234 }],
    ['127.0.0.1:5000', { kind: 'tcp', host: '127.0.0.1', port: 5000 }],
    ['ssh://far', { kind: 'ssh', host: 'far', socketPath: '/var/run/docker.sock' }],
    [
      'ssh://jo@far.example:2222/run/user/7/docker.sock',
      { kind: 'ssh', host: 'far.example', port: 2222, user: 'jo', socketPath: '/run/user/7/docker.sock' },
    ],
  ])('reads %s', (text, endpoint) => {
    expect(parseEndpoint(text, options)).toEqual(endpoint);
  });

  it('has another port with TLS, and an identity with ssh', () => {
    expect(parseEndpoint('tcp://far', { ...options, tls })).toEqual({
      kind: 'tcp',
      host: 'far',
      port: 2376,
      tls,
    });
    expect(parseEndpoint('ssh://far', { ...options, identityFile: '/key' })).toMatchObject({
      identityFile: '/key',
    });
  });

  it.each([
    'npipe:////./pipe/docker_engine',
    'fd://',
    'unix://relative.sock',
    'tcp://',
    'tcp://host:99999',
    'ssh://-oProxyCommand=id',
    'ssh://jo:secret@far',
    'ssh://a b',
    '',
  ])('refuses "%s"', (text) => {
    expect(() => parseEndpoint(text, options)).toThrow(
      expect.objectContaining({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.not.stringContaining('secret') as string,
      }),
    );
  });

  it.each([
    'unix:///a.sock',
    'tcp://[::1]:1234',
    'tcp://host:2375',
    'ssh://jo@far:22/run/docker.sock',
    'ssh://far/run/docker.sock',
  ])('is undone by describeEndpoint: %s', (text) => {
    expect(describeEndpoint(parseEndpoint(text, options))).toBe(text);
  });
});
