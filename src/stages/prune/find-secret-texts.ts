import { KublerError, type SourcePosition } from '../../errors.ts';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import { readContent } from '../rootfs/index.ts';

/** What is shorter is in many a file by chance. */
const minChars = 6;

export interface SecretTextsOptions {
  /** The image as messages name it. */
  readonly subject: string;
  readonly secrets: readonly string[];
  /** The instruction that made the files, when it is not the build itself. */
  readonly at?: SourcePosition;
}

/**
 * One `PRUNE_SECRET` for each file of the tree whose bytes hold one of these texts as it is, in byte order of paths; KEEP
 * does not matter. Files of packages, which a hook may have edited, are searched for texts of more than one word only,
 * such as an address with its password: a password alone may be a word of their own.
 */
export async function findSecretTexts(
  rootfs: Rootfs,
  { subject, secrets, at }: SecretTextsOptions,
): Promise<readonly KublerError[]> {
  const made = secrets.filter((text) => text.length >= minChars);
  const shipped = made.filter((text) => text.includes(':'));
  const faults: KublerError[] = [];
  for (const entry of rootfs.values()) {
    if (entry.type !== 'file' || entry.content.kind === 'parent') continue;
    const texts = entry.origin?.kind === 'package' ? shipped : made;
    if (await holdsAny(entry, texts)) faults.push(secretIn(entry.path, subject, at));
  }
  return faults;
}

async function holdsAny({ content }: FileEntry, texts: readonly string[]): Promise<boolean> {
  if (texts.length === 0) return false;
  const overlap = Math.max(...texts.map((text) => Buffer.byteLength(text))) - 1;
  let end = Buffer.alloc(0);
  for await (const chunk of readContent(content)) {
    const window = Buffer.concat([end, chunk]);
    if (texts.some((text) => window.includes(text))) return true;
    end = window.subarray(-overlap);
  }
  return false;
}

const secretIn = (path: string, subject: string, at: SourcePosition | undefined): KublerError =>
  new KublerError('PRUNE_SECRET', `cannot put "/${path}" into ${subject}: it holds a secret of a proxy`, {
    ...(at && { at }),
    hint: 'hooks and RUN have the proxies in their environment: neither they nor a file of COPY may write it, or an address with a password, into the image',
  });
