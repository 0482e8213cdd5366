import { expect, it } from 'vitest';
import {
  parseRepositories,
  withoutPassword,
} from '../../../../../../src/stages/builder/package-managers/apk/repositories.ts';

const found = (text: string): readonly string[] =>
  parseRepositories(text).flatMap((line) =>
    'fault' in line
      ? [`! ${line.fault}`]
      : line.repositories.map(({ url, tag, index }) => [tag ?? '-', url, index].filter(Boolean).join(' ')),
  );

it('reads repositories of all kinds', () => {
  expect(
    found(`# comment
https://alpine.example/v3.20/main/

  @edge http://alpine.example/edge/main
/srv/packages dir
v2 https://user:secret@alpine.example/v3.20 main community
set -default mirror=https://mirror.example/alpine
set -default mirror=https://other.example
\${mirror}/v3.21/main`),
  ).toEqual([
    '- https://alpine.example/v3.20/main',
    '@edge http://alpine.example/edge/main',
    '- file:///srv/packages/dir',
    '- https://user:secret@alpine.example/v3.20/main',
    '- https://user:secret@alpine.example/v3.20/community',
    '- https://mirror.example/alpine/v3.21/main',
  ]);
});

it('reads repositories of version 3, and indexes that are named themselves', () => {
  expect(
    found(`v3 @edge https://alpine.example/edge main community
https://a.example/x/main.adb
ndx /srv/index
v2 https://a.example/odd.adb`),
  ).toEqual([
    '@edge https://alpine.example/edge/main ${arch}/Packages.adb',
    '@edge https://alpine.example/edge/community ${arch}/Packages.adb',
    '- https://a.example/x main.adb',
    '- file:///srv index',
    '- https://a.example/odd.adb',
  ]);
});

it('says why it cannot use one, and no password', () => {
  expect(found('v3 @edge alpine.example/main\nftp://user:secret@a.example\n../x')).toEqual([
    '! "alpine.example/main" is neither an address (http, https, file) nor an absolute path',
    '! "ftp://***@a.example" is neither an address (http, https, file) nor an absolute path',
    '! "../x" is neither an address (http, https, file) nor an absolute path',
  ]);
  expect(withoutPassword('https://user:p@ss@a.example/x')).not.toContain('ss@');
});
