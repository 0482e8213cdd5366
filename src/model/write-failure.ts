import { KublerError, KublerErrors } from '../errors.ts';

/** Errors of the system (errno(3)): the disk takes nothing more, or nothing from this user. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
};

const fullDisk = ['ENOSPC', 'EDQUOT'];
/** How other programs say so (strerror(3)). */
const fullDiskText = /no space left on device|disk quota exceeded/i;

/** Whether a program says that the disk takes nothing more. */
export const saysFullDisk = (text: string): boolean => fullDiskText.test(text);

const roomHint =
  'make room on the disk of the data dir, with kubler clean; or name another with --data-dir or KUBLER_DATA_DIR';
const placeHint = 'if it is in the data dir, name another one with --data-dir or KUBLER_DATA_DIR';

/**
 * An error that means that a file cannot be written, or not be reached, as `HOST_WRITE_FAILED` with a hint: one of the
 * system, or of a program that ran out of space. Every other error as it is. Pure.
 */
export function explainWriteFailure(error: unknown): unknown {
  if (error instanceof KublerErrors) return new KublerErrors(error.errors.map(explainFullDisk));
  if (error instanceof KublerError) return explainFullDisk(error);
  if (!(error instanceof Error)) return error;
  const { code = '', syscall = '', path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  const file = dest ?? path;
  const isFull = fullDisk.includes(code);
  // Other system calls than those on files are refused, too: kill(2), listen(2), execve(2).
  if (!(code in reasons) || (file === undefined && !isFull) || syscall.startsWith('spawn')) return error;
  // Without permission not even reading may go.
  const verb = code === 'EACCES' || code === 'EPERM' ? 'use' : 'write';
  const what = file === undefined ? 'a file' : `"${file}"`;
  return new KublerError('HOST_WRITE_FAILED', `cannot ${verb} ${what}: ${reasons[code]}`, {
    hint: isFull ? roomHint : placeHint,
    cause: error,
  });
}

function explainFullDisk(error: KublerError): KublerError {
  const { message, details, at, logFile } = error;
  if (error.code === 'HOST_WRITE_FAILED' || !saysFullDisk([message, ...details].join('\n'))) return error;
  return new KublerError('HOST_WRITE_FAILED', message, {
    ...{ details, hint: roomHint, cause: error },
    ...(at && { at }),
    ...(logFile !== undefined && { logFile }),
  });
}
