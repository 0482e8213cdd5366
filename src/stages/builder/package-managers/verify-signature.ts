import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../../errors.ts';
import type { ProcessRunner } from '../../../ports/process-runner.ts';
import { readKeyFile } from './key-file.ts';

export interface VerifySpec {
  readonly runner: ProcessRunner;
  /** Keys that may sign, armored or not. */
  readonly keyFile: string;
  /** One with its signature in it; or one with a `signatureFile` of its own. */
  readonly file: string;
  readonly signatureFile?: string;
  /** What the file is, for messages. */
  readonly label: string;
  /** An existing folder for the keyring in gpgv's form. */
  readonly tempDir: string;
  /** What to do when the keys cannot be read; default: about those of Debian. */
  readonly keyHint?: string;
}

/** What a good signature covers. */
export interface Signed {
  /** The text that an inline signature is of; none for one in a file of its own. */
  readonly text: string;
  /** Seconds since 1970. */
  readonly date: number;
}

/**
 * The signed text of a release file. Throws as `verifySignature` does.
 */
export async function verifyRelease(spec: VerifySpec): Promise<string> {
  const { text } = await verifySignature(spec);
  // gpgv prints what an inline signature covers, whatever else the file holds; a detached one covers the whole file.
  return spec.signatureFile === undefined ? text : readFile(spec.file, 'utf8');
}

/**
 * Checks a signature. At least one key of the keyring must have signed it and no signature may be
 * bad; signatures by other keys do not count. Throws `SIGNATURE_INVALID`, `CONFIG_INVALID`, `HOST_MISSING_TOOL`.
 */
export async function verifySignature(spec: VerifySpec): Promise<Signed> {
  const keyring = join(spec.tempDir, 'keyring.gpg');
  await writeFile(keyring, await readKeyFile(spec.keyFile, spec.keyHint));
  const signed = spec.signatureFile === undefined ? [spec.file] : [spec.signatureFile, spec.file];
  const { stdout, stderr } = await spec.runner.run({
    argv: ['gpgv', ...gpgvOptions, '--keyring', keyring, '--output', '-', ...signed],
  });
  const fault = findFault(stderr);
  const [, , date = ''] = /^\[GNUPG:\] VALIDSIG (\S+) \S+ (\d+)/m.exec(stderr) ?? [];
  if (fault === undefined)
    return { text: spec.signatureFile === undefined ? stdout : '', date: Number(date) };
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
