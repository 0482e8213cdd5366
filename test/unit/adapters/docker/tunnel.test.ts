import { expect, it } from 'vitest';
import { sshArgv } from '../../../../src/adapters/docker/tunnel.ts';

it('asks ssh for one forwarded socket, and never for a password', () => {
  const far = { kind: 'ssh', host: 'far', socketPath: '/run/docker.sock' } as const;
  const argv = sshArgv({ ...far, port: 2222, user: 'jo', identityFile: '/key' }, '/tmp/x/engine.sock');
  expect(argv.slice(4, 6)).toEqual(['ssh', '-nNT']);
  expect(argv).toContain('BatchMode=yes');
  expect(argv.slice(-10)).toEqual([
    '-p',
    '2222',
    '-l',
    'jo',
    '-i',
    '/key',
    '-L',
    '/tmp/x/engine.sock:/run/docker.sock',
    '--',
    'far',
  ]);
  expect(sshArgv(far, '/s').slice(-4)).toEqual(['-L', '/s:/run/docker.sock', '--', 'far']);
});
