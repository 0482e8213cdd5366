import { expect, it } from 'vitest';
import {
  parseRepositories,
  withoutPassword,
} from '../../../../../../src/stages/builder/package-managers/apk/repositories.ts';

const found = (text: string): readonly string[] =>
  parseRepositories(text).flatMap((line) =>
    'fault' in line ? [`! ${line.fault}`] : line.repositories.map(({ url, tag }) => `${tag ?? '-'} ${url}`),
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

it('says why it cannot use one, and no password', () => {
  expect(
    found('v3 https://user:secret@alpine.example/main\nndx https://a.example/x.adb\nftp://a.example\n../x'),
  ).toEqual([
    '! "https://***@alpine.example/main" is not the address of a repository of version 2',
    '! "https://a.example/x.adb" is not the address of a repository of version 2',
    '! "ftp://a.example" is neither an address (http, https, file) nor an absolute path',
    '! "../x" is neither an address (http, https, file) nor an absolute path',
  ]);
  expect(withoutPassword('https://user:p@ss@a.example/x')).not.toContain('ss@');
});
