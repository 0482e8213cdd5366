import { describe, expect, it } from 'vitest';
import { parseDescription } from '../../../../src/stages/builder/describe.ts';

describe('parseDescription', () => {
  it('reads packages, flags and hooks', () => {
    const text =
      'packages\tcurl  jq\nbuilder_packages\tgcc\nkeep_headers\ttrue\nkeep_static_libs\t\nhook\tfinish_rootfs_build\n';
    expect(parseDescription(text)).toEqual({
      packages: ['curl', 'jq'],
      builderPackages: ['gcc'],
      keepHeaders: true,
      keepOfParents: [],
      included: [],
      keepStaticLibs: false,
      hooks: new Set(['finish_rootfs_build']),
    });
  });

  it('takes configure_bob for configure_builder', () => {
    expect(parseDescription('hook\tconfigure_bob\n').hooks).toEqual(new Set(['configure_builder']));
  });

  it.each(['false', 'no', '0', ''])('takes "%s" for off', (value) => {
    expect(parseDescription(`keep_headers\t${value}\n`).keepHeaders).toBe(false);
  });
});

it('keeps of parents what is asked for, and kept at all', () => {
  const globs = (text: string) => parseDescription(text).keepOfParents;
  expect(globs('headers_from\ta/b\n')).toEqual([]);
  expect(globs('headers_from\ta/b\nkeep_headers\ttrue\nstatic_libs_from\ta/b\n')).toEqual(['usr/include/**']);
  expect(globs('keep_static_libs\t1\nstatic_libs_from\ta/b\n')).toEqual(['{usr/,}lib{,64}/**/*.a']);
});
