import { expect, it } from 'vitest';
import { isBaseTrace } from '../../../../src/adapters/system/base-traces.ts';

it.each([
  ['./etc/hostname', true],
  ['etc/resolv.conf', true],
  ['/var/cache/apt/archives/apt_2.6.1_amd64.deb', true],
  ['./var/log/bootstrap.log', true],
  ['./etc/hosts', false],
  ['./var/log/apt', false],
  ['./srv/etc/hostname', false],
  ['./etc/hostname/inner', false],
])('%s of a new base is a trace of its making: %s', (path, expected) => {
  expect(isBaseTrace(path)).toBe(expected);
});
