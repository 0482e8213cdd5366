import { expect, it } from 'vitest';
import { parseIdMap } from '../../../../src/adapters/system/id-map.ts';

const whole = '         0          0 4294967295\n';

it('knows the users of the host', () => {
  expect(parseIdMap([whole, whole])).toEqual({ isNamespace: false, text: '0:0\n0:0' });
});

it('knows a user namespace and where its ids are outside', () => {
  const uids = '         0       1001          1\n         1     100000      65536\n';
  const gids = '         0       1002          1\n         1     200000      65536\n';
  expect(parseIdMap([uids, gids])).toEqual({ isNamespace: true, text: '0:1001 1:100000\n0:1002 1:200000' });
  expect(parseIdMap([whole, '0 0 65536\n']).isNamespace).toBe(true);
});
