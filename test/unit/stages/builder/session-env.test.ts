import { describe, expect, it } from 'vitest';
import { proxySecrets } from '../../../../src/stages/builder/index.ts';
import { plainSettings } from '../../../support/make-project.ts';

const secretsOf = (httpsProxy: string): readonly string[] =>
  proxySecrets({ ...plainSettings, network: { ...plainSettings.network, httpsProxy } });

describe('the secrets of a proxy address', () => {
  it('are the address, user and password, and the password, also decoded and as HTTP sends them', () => {
    expect([...secretsOf('http://me:p%40ss@proxy:3128')].sort()).toEqual(
      [
        'http://me:p%40ss@proxy:3128',
        'http://me:p@ss@proxy:3128',
        'me:p%40ss',
        'me:p@ss',
        'p%40ss',
        'p@ss',
        Buffer.from('me:p@ss').toString('base64'),
      ].sort(),
    );
  });

  it('come longest first, so that none is cut by another', () => {
    const lengths = secretsOf('me:secret@proxy').map(({ length }) => length);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
  });

  it('are none without a password', () => {
    expect(secretsOf('http://proxy:3128')).toEqual([]);
    expect(secretsOf('http://me@proxy:3128')).toEqual([]);
  });
});
