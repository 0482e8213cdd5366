import { describe, expect, test } from 'vitest';
import { findInterpreter } from '../../../../src/stages/image-test/test-script.ts';
import { makeTree } from '../../../support/make-tree.ts';

const env = ['PATH=/usr/bin:/bin'];
const withShell = makeTree({
  'usr/': {},
  'usr/bin/': {},
  'usr/bin/dash': {},
  'usr/bin/sh': { target: 'dash' },
  'usr/bin/env': {},
  'usr/bin/python3': {},
  bin: { target: 'usr/bin' },
});
const empty = makeTree({});

describe('with its interpreter in the image', () => {
  test.each([
    ['#!/bin/sh', ['/bin/sh']],
    ['#! /bin/sh -eu ', ['/bin/sh', '-eu']],
    ['echo no first line', ['/bin/sh']],
    ['#!/usr/bin/env python3', ['/usr/bin/env', 'python3']],
  ])('%s runs by it', (line, argv) => {
    expect(findInterpreter(withShell, line, env)).toEqual(argv);
  });
});

describe('without', () => {
  test.each([
    ['#!/bin/sh', ['/.kubler-tools/busybox', 'sh']],
    ['#!/bin/bash -e', ['/.kubler-tools/busybox', 'sh', '-e']],
    ['#!/usr/bin/env bash', ['/.kubler-tools/busybox', 'sh']],
    ['', ['/.kubler-tools/busybox', 'sh']],
  ])('%s runs by a shell from outside', (line, argv) => {
    expect(findInterpreter(empty, line, env)).toEqual(argv);
  });

  test('a shell is not found in the image although env is', () => {
    expect(findInterpreter(withShell, '#!/usr/bin/env bash', env)).toEqual(['/.kubler-tools/busybox', 'sh']);
  });

  test('anything else fails', () => {
    expect(findInterpreter(empty, '#!/usr/bin/python3', env)).toEqual({
      reason: 'it needs /usr/bin/python3, which the image does not have',
    });
    expect(findInterpreter(withShell, '#!/usr/bin/env perl', env)).toEqual({
      reason: 'it needs perl, which the image does not have',
    });
  });
});
