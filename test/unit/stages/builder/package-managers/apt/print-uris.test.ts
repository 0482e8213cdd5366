import { expect, test } from 'vitest';
import { parsePrintUris } from '../../../../../../src/stages/builder/package-managers/apt/print-uris.ts';

const sha256 = '59ecfce6d88c7c4b09496ce182b3b8303e8e8477664e009b16ae83a09cd12be7';

test('packages are read from what apt prints, its talk is passed over', () => {
  const text = [
    'Reading package lists...',
    "  libdevmapper1.02.1 'quoted'",
    `'http://kubler.invalid/0/pool/main/l/lvm2/dmsetup_1.02.185-2_amd64.deb' dmsetup_2%3a1.02.185-2_amd64.deb 82040 SHA256:${sha256}`,
    `'http://kubler.invalid/2/pool/j/libjq1_1.6-2.1%2bdeb12u3_amd64.deb' libjq1_1.6-2.1+deb12u3_amd64.deb 136460 SHA256:${sha256}`,
    '',
  ].join('\n');
  expect(parsePrintUris(text)).toEqual([
    {
      name: 'dmsetup',
      version: '2:1.02.185-2',
      architecture: 'amd64',
      sizeBytes: 82040,
      sha256,
      url: 'http://kubler.invalid/0/pool/main/l/lvm2/dmsetup_1.02.185-2_amd64.deb',
      fileName: 'dmsetup_2%3a1.02.185-2_amd64.deb',
    },
    expect.objectContaining({ name: 'libjq1', version: '1.6-2.1+deb12u3' }),
  ]);
});

test.each([
  ['a weak sum', "'http://k/a_1_all.deb' a_1_all.deb 1 MD5Sum:7e359432d638eee2be29dfd20ddcd493"],
  ['no sum', "'http://k/a_1_all.deb' a_1_all.deb 1 "],
  ['a name with a folder', `'http://k/a_1_all.deb' ../a_1_all.deb 1 SHA256:${sha256}`],
])('%s is not accepted', (_, line) => {
  expect(() => parsePrintUris(line)).toThrow('without its sum');
});
