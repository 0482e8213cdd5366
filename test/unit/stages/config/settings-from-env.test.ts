import { describe, expect, test } from 'vitest';
import { createDiagnostics } from '../../../../src/stages/config/diagnostics.ts';
import { settingsFromEnv } from '../../../../src/stages/config/settings-from-env.ts';

function read(env: Readonly<Record<string, string>>) {
  const diagnostics = createDiagnostics('/p');
  const settings = settingsFromEnv(env, '/start', diagnostics);
  return {
    settings,
    faults: diagnostics.faults.map(({ message }) => message),
    warnings: diagnostics.warnings,
  };
}

describe('the environment', () => {
  test('sets what its variables name', () => {
    const { settings, faults } = read({
      KUBLER_ENGINE: 'native',
      KUBLER_DEFAULT_BUILDER: 'fat',
      KUBLER_MAINTAINER: 'Jo',
      KUBLER_TAGS: 'latest, 1.10',
      KUBLER_PRUNE: 'docs -man',
      SOURCE_DATE_EPOCH: '1700000000',
      KUBLER_DATA_DIR: 'data',
      KUBLER_JOBS: '8',
      KUBLER_APT_MIRROR: 'http://mirror.example/debian',
      KUBLER_APT_SECURITY_MIRROR: 'http://mirror.example/security',
      KUBLER_HTTP_PROXY: 'proxy.example:3128',
      KUBLER_CA_FILE: '/etc/ca.pem',
    });
    expect(faults).toEqual([]);
    expect(settings).toMatchObject({
      engine: 'native',
      defaultBuilder: 'fat',
      maintainer: 'Jo',
      tags: ['latest', '1.10'],
      prune: ['docs', '-man'],
      epoch: 1_700_000_000,
      dataDir: '/start/data',
      jobs: 8,
      apt: { mirror: 'http://mirror.example/debian', securityMirror: 'http://mirror.example/security' },
      network: { httpProxy: 'http://proxy.example:3128', caFile: '/etc/ca.pem' },
    });
  });

  test('counts an empty variable as unset', () => {
    expect(read({ KUBLER_JOBS: '', http_proxy: '' })).toMatchObject({ faults: [], settings: {} });
  });

  test('takes proxies from KUBLER_ variables, then the usual ones in lower case, then in upper case', () => {
    const upper = { HTTP_PROXY: 'http://upper' };
    const lower = { ...upper, http_proxy: 'http://lower' };
    const own = { ...lower, KUBLER_HTTP_PROXY: 'http://own' };
    expect([upper, lower, own].map((env) => read(env).settings.network?.httpProxy)).toEqual([
      'http://upper',
      'http://lower',
      'http://own',
    ]);
  });

  test('names each variable with a wrong value, and hides proxies', () => {
    const { faults } = read({
      KUBLER_JOBS: 'many',
      KUBLER_ENGINE: 'lxc',
      SOURCE_DATE_EPOCH: 'today',
      https_proxy: 'socks5://user:secret@proxy',
      KUBLER_TAGS: 'good -bad',
    });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
      'cannot use KUBLER_ENGINE="lxc"',
      'cannot use KUBLER_JOBS="many"',
      'cannot use KUBLER_TAGS="good -bad"',
      'cannot use SOURCE_DATE_EPOCH="today"',
      'cannot use https_proxy',
    ]);
    expect(faults.join()).not.toContain('secret');
  });

  test('warns of a misspelt variable, and leaves others alone', () => {
    expect(read({ KUBLER_JOB: '2', KUBLER_REQUIRE: 'root', JOBS: '3' }).warnings).toEqual([
      'environment variable KUBLER_JOB has no effect, did you mean "KUBLER_JOBS"?',
    ]);
  });
});
