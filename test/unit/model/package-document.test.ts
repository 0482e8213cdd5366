import { expect, test } from 'vitest';
import { packageRows, purgedLines, renderPackages } from '../../../src/model/package-document.ts';

const item = (name: string, version: string, flags?: string) => ({
  ...{ name, version, architecture: 'amd64' },
  ...(flags !== undefined && { flags }),
});

test('rows have all flags, and no virtual packages', () => {
  expect(
    packageRows([
      item('dev-libs/greet:2', '2.0-r1', 'static-libs'),
      item('app-misc/flags', '1', 'ipv6 -X PYTHON_TARGETS="py3 -py4"'),
      item('virtual/libc', '1'),
      item('acct-user/app', '0'),
    ]),
  ).toEqual([
    'acct-user/app-0 | ``',
    'app-misc/flags-1 | `ipv6 -X PYTHON_TARGETS="py3 -py4"`',
    'dev-libs/greet-2.0-r1 | `static-libs`',
  ]);
});

const image = { id: 'acme/app', tags: ['7', 'latest'], sizeBytes: 2_340_000, epoch: 315532800 } as const;

test('an image on scratch without packages', () => {
  const purged = purgedLines({ headers: true, staticLibs: false });
  expect(renderPackages({ ...image, document: { installed: [], inherited: [], purged, included: [] } }))
    .toBe(`### acme/app:7

Built: 1980-01-01T00:00:00.000Z
Image Size: 2.3 MB

#### Installed
None.
#### Inherited
Package | USE Flags
--------|----------
**FROM scratch** |
#### Purged
- [ ] Headers
- [x] Static Libs
`);
});

test('what parents have stands below their names', () => {
  const document = {
    installed: ['a/b-1 | `x`'],
    inherited: [
      { image: 'acme/near', rows: ['c/d-1 | ``'] },
      { image: 'acme/far', rows: [] },
    ],
    purged: ['- [x] Headers'],
    included: ['- [x] Headers from acme/far'],
  } as const;
  const text = renderPackages({ ...image, document });
  expect(text.slice(text.indexOf('#### Installed'))).toBe(`#### Installed
Package | USE Flags
--------|----------
a/b-1 | \`x\`
#### Inherited
Package | USE Flags
--------|----------
**FROM acme/near** |
c/d-1 | \`\`
**FROM acme/far** |
#### Purged
- [x] Headers

#### Included
- [x] Headers from acme/far
`);
});
