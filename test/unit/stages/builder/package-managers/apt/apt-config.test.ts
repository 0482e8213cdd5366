import { expect, test } from 'vitest';
import {
  listName,
  renderSourcesList,
  toMirrorUrl,
} from '../../../../../../src/stages/builder/package-managers/apt/apt-config.ts';

test('lists are named as apt names them', () => {
  expect(listName(0, 'bookworm', 'main/binary-amd64/Packages')).toBe(
    'kubler.invalid_0_dists_bookworm_main_binary-amd64_Packages',
  );
  expect(listName(1, 'a_b~c', 'InRelease')).toBe('kubler.invalid_1_dists_a%5fb%7ec_InRelease');
});

test('a source the mirror does not have keeps its number but is not listed', () => {
  const packages = [{ listName: 'x', sha256: 'y' }];
  const text = renderSourcesList([
    { kind: 'archive', suite: 'bookworm', components: ['main', 'contrib'], packages },
    { kind: 'updates', suite: 'bookworm-updates', components: ['main'], packages: [] },
    { kind: 'security', suite: 'bookworm-security', components: ['main'], packages },
  ]);
  expect(text).toBe(
    'deb http://kubler.invalid/0 bookworm main contrib\ndeb http://kubler.invalid/2 bookworm-security main\n',
  );
});

test('addresses of containers lead to the mirror in use', () => {
  const uris = ['http://m.invalid/debian', ...Array<string>(9).fill('no'), 'https://u:p@x.invalid'];
  expect(toMirrorUrl('http://kubler.invalid/0/pool/a%2bb.deb', uris)).toBe(
    'http://m.invalid/debian/pool/a%2bb.deb',
  );
  expect(toMirrorUrl('http://kubler.invalid/10/a.deb', uris)).toBe('https://u:p@x.invalid/a.deb');
  expect(() => toMirrorUrl('http://elsewhere.invalid/a.deb', uris)).toThrow('no source');
});
