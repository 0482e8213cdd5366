import { describe, expect, test } from 'vitest';
import { packagesOfImage } from '../../../../src/stages/carve/index.ts';
import { makeState } from './support.ts';

const item = (name: string, version: string, architecture = 'amd64') => ({ name, version, architecture });

describe('packagesOfImage', () => {
  test('is what the image adds and what is left of its parent’s, sorted', () => {
    const state = makeState({ zlib: { version: '2' }, app: {}, libc6: {}, 'libc6:i386': {}, unasked: {} });
    const parent = [item('libc6', '1'), item('libc6', '1', 'i386'), item('zlib', '1'), item('removed', '1')];
    expect(packagesOfImage({ state, parent, added: [item('zlib', '2'), item('app', '1')] })).toEqual([
      item('app', '1'),
      item('libc6', '1'),
      item('libc6', '1', 'i386'),
      item('zlib', '2'),
    ]);
  });

  test('has no package whose namesake of another architecture is left', () => {
    const state = makeState({ dpkg: {}, libc6: {} });
    expect(packagesOfImage({ state, parent: [item('libc6', '1', 'i386')], added: [] })).toEqual([]);
  });
});
