import { describe, expect, test } from 'vitest';
import { findProgram } from '../../../../src/pipeline/run/find-program.ts';
import { makeTree } from '../../../support/make-tree.ts';

const tree = makeTree({
  'usr/': {},
  'usr/bin/': {},
  'usr/bin/jq': { mode: 0o755 },
  'usr/bin/text': { mode: 0o644 },
  'usr/bin/own': { mode: 0o710, uid: 7, gid: 8 },
  'usr/bin/tool': { target: '../../vol/tool' },
  bin: { target: 'usr/bin' },
});
const start = (command: string, extra = {}) => ({
  ...{
    argv: [command],
    env: ['PATH=/sbin:/bin'],
    cwd: '/usr',
    uid: 0,
    gid: 0,
    additionalGids: [],
    mounts: [],
  },
  ...extra,
});
const find = (command: string, extra = {}) => findProgram(tree, start(command, extra))?.path;

describe('a program', () => {
  test.each([
    ['jq', {}],
    ['/bin/jq', {}],
    ['bin/jq', {}],
    ['jq', { env: ['PATH=/nowhere', 'PATH=:/x'], cwd: '/usr/bin' }],
  ])('%s is found with %j', (command, extra) => {
    expect(find(command, extra)).toBe('usr/bin/jq');
  });

  test.each([
    [{ uid: 7 }, true],
    [{ uid: 5, gid: 8 }, true],
    [{ uid: 5, additionalGids: [9, 8] }, true],
    [{ uid: 5 }, false],
    [{ uid: 0 }, true],
  ])('is executed by %j: %s', (user, may) => {
    if (may) expect(find('own', user)).toBe('usr/bin/own');
    else expect(() => find('own', user)).toThrow(expect.objectContaining({ code: 'PROGRAM_NOT_EXECUTABLE' }));
  });

  test.each([
    ['/usr/bin', 'PROGRAM_NOT_EXECUTABLE', 'it is a folder'],
    ['text', 'PROGRAM_NOT_EXECUTABLE', 'with mode 0644 and owner 0:0, user 0:0 may not execute it'],
    ['/no/such', 'PROGRAM_NOT_FOUND', 'the image has no such file'],
    ['jk', 'PROGRAM_NOT_FOUND', 'the image has no such program in its PATH, /sbin:/bin'],
    ['', 'PROGRAM_NOT_FOUND', 'the image has no such program in its PATH, /sbin:/bin'],
  ])('"%s": %s', (command, code, reason) => {
    expect(() => find(command)).toThrow(
      expect.objectContaining({ code, message: `cannot run "${command}": ${reason}` }),
    );
  });

  test('that is written alike is named', () => {
    expect(() => find('jk')).toThrow(expect.objectContaining({ hint: 'did you mean "jq"?' }));
  });

  test.each([
    ['/proc/self/exe', []],
    ['/vol/x', ['/vol/']],
    ['tool', ['/vol']],
    ['new', ['/usr/bin/new']],
  ])('%s may be in a volume at %j', (command, places) => {
    const mounts = places.map((containerPath) => ({ hostPath: '/', containerPath, readOnly: true }));
    expect(find(command, { mounts })).toBeUndefined();
  });
});
