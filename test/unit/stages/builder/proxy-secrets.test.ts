import { describe, expect, it } from 'vitest';
import { proxySecrets } from '../../../../src/stages/builder/index.ts';
import { plainSettings } from '../../../support/make-project.ts';

const secretsOf = (httpsProxy: string): readonly string[] =>
  proxySecrets({ ...plainSettings, network: { ...plainSettings.network, httpsProxy } });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the secrets of a proxy address', () => {
  it.each([
    [
      'user and password, and the password, also decoded and as HTTP sends them',
      'http://me:p%40ss@proxy:3128',
      ['http://me:p@ss@proxy:3128', 'me:p%40ss', 'me:p@ss', 'p%40ss', 'p@ss', base64('me:p@ss')],
    ],
    [
      'a user without a password, which is a token',
      'http://T%2Fken@proxy',
      ['http://T/ken@proxy', 'T%2Fken', 'T/ken', base64('T/ken:')],
    ],
    ['a user with an empty password', 'https://token:@proxy', ['token:', 'token', base64('token:')]],
    ['what comes before the last @', 'me:a@b:c@proxy', ['me:a@b:c', 'a@b:c', base64('me:a@b:c')]],
  ])('are the address, %s', (_, address, texts) => {
    expect([...secretsOf(address)].sort()).toEqual([address, ...texts].sort());
  });

  it('come longest first, so that none is cut by another', () => {
    const lengths = secretsOf('me:secret@proxy').map(({ length }) => length);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
  });

  it('are none where nobody logs in', () => {
    expect(secretsOf('http://proxy:3128')).toEqual([]);
    expect(secretsOf('http://@proxy')).toEqual([]);
  });
});
