import { expect, it } from 'vitest';
import { explainConnection } from '../../../../src/adapters/docker/explain-connection.ts';
import type { ApiEngineName } from '../../../../src/model/engine-status.ts';

const failure = (code: string, message = code): Error => Object.assign(new Error(message), { code });
const usual = { endpoint: { kind: 'unix', socketPath: '/sock' }, source: 'default socket' } as const;

const explained = (code: string, engine: ApiEngineName, uid: number, isInstalled = true) => {
  const { message, hint } = explainConnection(failure(code), usual, {
    ...{ engine, isInstalled, user: { name: 'jo', uid } },
  });
  return [message.replace(/^.*default socket\): /, ''), hint];
};

it.each([
  [
    'EACCES',
    'docker',
    1000,
    true,
    'permission denied',
    /^sudo usermod --append --groups docker jo, and log in again; or .*rootless/,
  ],
  ['EACCES', 'podman', 1000, true, 'permission denied', /^systemctl --user start podman\.socket$/],
  ['ENOENT', 'docker', 0, false, 'it is not installed', /^sudo apt-get install .* docker\.io$/],
  ['ENOENT', 'podman', 0, false, 'it is not installed', /^sudo apt-get install .* podman$/],
  [
    'ENOENT',
    'podman',
    1000,
    true,
    'there is no socket, so it does not run',
    /^systemctl --user start podman\.socket$/,
  ],
  [
    'ECONNREFUSED',
    'podman',
    0,
    true,
    'nobody listens, so it does not run',
    /^systemctl start podman\.socket$/,
  ],
  ['ABORT_ERR', 'docker', 0, true, 'it does not answer', /is it running/],
] as const)('explains %s of %s to user %i', (code, engine, uid, isInstalled, reason, hint) => {
  expect(explained(code, engine, uid, isInstalled)).toEqual([reason, expect.stringMatching(hint)]);
});

it('tells a port with TLS from one without', () => {
  const tls = { caFile: '/certs/ca.pem', verify: true };
  const tcp = { kind: 'tcp', host: 'far', port: 2376 } as const;
  const explain = (error: Error, endpoint: typeof tcp | (typeof tcp & { tls: typeof tls })) =>
    explainConnection(
      error,
      { endpoint, source: 'DOCKER_HOST' },
      {
        ...{ engine: 'docker', isInstalled: false, user: { name: 'jo', uid: 1000 } },
      },
    );
  expect(explain(failure('', 'Client sent an HTTP request to an HTTPS server.'), tcp).message).toMatch(
    /: it wants TLS$/,
  );
  const noTls = failure(
    'EPROTO',
    '00A:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../x.c:354:',
  );
  expect(explain(noTls, { ...tcp, tls }).message).toMatch(/far:2376 \(TLS\) \(DOCKER_HOST\): it has no TLS$/);
  const unknown = failure('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain');
  expect(explain(unknown, { ...tcp, tls })).toMatchObject({
    message: expect.stringContaining('TLS: self-signed') as string,
  });
  expect(explain(failure('ENOTFOUND', 'getaddrinfo ENOTFOUND far'), tcp).message).toMatch(
    /getaddrinfo ENOTFOUND far$/,
  );
});
