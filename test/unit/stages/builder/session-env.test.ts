import { expect, it } from 'vitest';
import { hookEnv, sessionEnv } from '../../../../src/stages/builder/index.ts';
import { plainSettings } from '../../../support/make-project.ts';

it('gives every command the same, whatever the image and this machine are', () => {
  expect(sessionEnv(1_700_000_000, 'apt')).toEqual({
    SOURCE_DATE_EPOCH: '1700000000',
    TZ: 'UTC',
    LC_ALL: 'C.UTF-8',
    HOME: '/root',
    PYTHONHASHSEED: '0',
    KUBLER_PACKAGE_MANAGER: 'apt',
    DEBIAN_FRONTEND: 'noninteractive',
    APT_CONFIG: '/.kubler/apt/apt.conf',
  });
});

it('gives hooks the namespace, BOB_ variables and proxies', () => {
  const network = { ...plainSettings.network, httpProxy: 'http://proxy', noProxy: 'localhost' };
  const variables = new Map<string, string | readonly string[]>([
    ['BOB_TEXT', 'a b'],
    ['BOB_LIST', ['c', 'd e']],
    ['KEEP', 'x'],
  ]);
  expect(hookEnv({ settings: { ...plainSettings, network }, variables, namespace: 'acme' })).toEqual({
    NAMESPACE: 'acme',
    BOB_TEXT: 'a b',
    BOB_LIST: 'c d e',
    http_proxy: 'http://proxy',
    HTTP_PROXY: 'http://proxy',
    no_proxy: 'localhost',
    NO_PROXY: 'localhost',
  });
});
