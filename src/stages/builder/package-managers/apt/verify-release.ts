import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import { readKeyFile } from './key-file.ts';

export interface VerifySpec {
  readonly runner: ProcessRunner;
  /** Keys that may sign, armored or not. */
  readonly keyFile: string;
  /** `InRelease`; or `Release` with its `signatureFile`. */
  readonly file: string;
  readonly signatureFile?: string;
  /** What the file is, for messages. */
  readonly label: string;
  /** An existing folder for the keyring in gpgv's form. */
  readonly tempDir: string;
}

/**
 * The signed text of a release file. At least one key of the keyring must have signed it and no signature may be
 * bad; signatures by other keys do not count. Throws `SIGNATURE_INVALID`, `CONFIG_INVALID`, `HOST_MISSING_TOOL`.
 */
export async function verifyRelease(spec: VerifySpec): Promise<string> {
  const keyring = join(spec.tempDir, 'keyring.gpg');
  await writeFile(keyring, await readKeyFile(spec.keyFile));
  const signed = spec.signatureFile === undefined ? [spec.file] : [spec.signatureFile, spec.file];
  const { stdout, stderr } = await spec.runner.run({
    argv: ['gpgv', ...gpgvOptions, '--keyring', keyring, '--output', '-', ...signed],
  });
  const fault = findFault(stderr);
  // gpgv prints what an inline signature covers, whatever else the file holds; a detached one covers the whole file.
  if (fault === undefined) return spec.signatureFile === undefined ? stdout : readFile(spec.file, 'utf8');
  throw new KublerError('SIGNATURE_INVALID', `cannot trust ${spec.label}: ${fault}`, {
    details: stderr.split('\n').filter((line) => line.startsWith('gpgv:')),
    hint: 'check the mirror, and that the keyring has the key that signs it',
  });
}

/** As apt calls it: no broken hash functions, and a clock that is wrong does not matter. */
const gpgvOptions = [
  '--status-fd',
  '2',
  '--ignore-time-conflict',
  '--weak-digest',
  'SHA1',
  '--weak-digest',
  'RIPEMD160',
];

/** Status lines: https://github.com/gpg/gnupg/blob/master/doc/DETAILS */
function findFault(status: string): string | undefined {
  const words = new Set([...status.matchAll(/^\[GNUPG:\] (\w+)/gm)].map(([, word]) => word));
  const has = (word: string): boolean => words.has(word);
  if (has('BADSIG')) return 'its signature is bad';
  if (has('GOODSIG') && has('VALIDSIG')) return undefined;
  if (has('EXPKEYSIG') || has('REVKEYSIG')) return 'the key that signed it is expired or revoked';
  if (has('NO_PUBKEY')) return 'no key of the keyring signed it';
  return 'it has no valid signature';
}
