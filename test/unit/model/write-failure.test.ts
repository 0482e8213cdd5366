import { describe, expect, it } from 'vitest';
import { exitStatus, KublerError, KublerErrors } from '../../../src/errors.ts';
import { explainWriteFailure } from '../../../src/model/write-failure.ts';

const systemError = (code: string, fields: object = {}) =>
  Object.assign(new Error(code), { code, ...fields });
const at = { file: 'build.sh', line: 2, column: 1 };

describe('explainWriteFailure', () => {
  it.each([
    ['ENOSPC', 'cannot write "/data/x": no space left on the device', 'make room'],
    ['EDQUOT', 'cannot write "/data/x": the disk quota is used up', 'make room'],
    ['EROFS', 'cannot write "/data/x": the file system is read-only', 'name another'],
    ['EACCES', 'cannot use "/data/x": permission denied', 'name another'],
    ['EPERM', 'cannot use "/data/x": operation not permitted', 'name another'],
  ])('%s of the system', (code, message, hint) => {
    const explained = explainWriteFailure(systemError(code, { syscall: 'mkdir', path: '/data/x' }));
    expect(explained).toMatchObject({
      ...{ code: 'HOST_WRITE_FAILED', message },
      hint: expect.stringContaining(hint) as string,
    });
    expect(exitStatus(explained)).toBe(3);
  });

  it('names the target of a rename, and nothing where the system names nothing', () => {
    const renamed = systemError('EROFS', { syscall: 'rename', path: '/tmp/x', dest: '/data/x' });
    expect(explainWriteFailure(renamed)).toMatchObject({
      message: expect.stringContaining('"/data/x"') as string,
    });
    expect(explainWriteFailure(systemError('ENOSPC', { syscall: 'write' }))).toMatchObject({
      message: 'cannot write a file: no space left on the device',
    });
  });

  it.each([
    systemError('EPERM', { syscall: 'kill' }),
    systemError('EACCES', { syscall: 'spawn /bin/x', path: '/bin/x' }),
    systemError('ENOENT', { syscall: 'open', path: '/data/x' }),
    new KublerError('IMAGE_INVALID', 'cannot read it'),
    'text',
  ])('leaves other errors alone', (error) => {
    expect(explainWriteFailure(error)).toBe(error);
  });

  it('takes it from what a program printed, and keeps the rest', () => {
    const details = ['cp: error writing x: No space left on device'];
    const failed = new KublerError('BUILD_COMMAND_FAILED', 'cannot build a', { details, at, logFile: 'log' });
    const other = new KublerError('IMAGE_INVALID', 'cannot read it');
    const explained = explainWriteFailure(new KublerErrors([failed, other])) as KublerErrors;
    expect(explained.errors).toEqual([
      expect.objectContaining({
        ...{ code: 'HOST_WRITE_FAILED', message: 'cannot build a', details, at, logFile: 'log' },
        hint: expect.stringContaining('make room') as string,
      }),
      other,
    ]);
  });
});
