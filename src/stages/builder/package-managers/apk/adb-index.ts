import type { FileHandle } from 'node:fs/promises';
import { adbSchemas, readAdbBlocks, takeBlock } from './adb-blocks.ts';
import { readAdb, type AdbObject } from './adb-values.ts';
import { verifyAdb, type SignedAdb } from './verify-adb.ts';
import { maxIndexBytes, untrusted, type ApkKeys } from './verify-index.ts';

export interface AdbIndex {
  /** Its packages, as `APKINDEX` has them: what `parseApkIndex` reads. */
  readonly text: string;
  /** The database that is signed. */
  readonly database: Buffer;
  /** Where packages are, if it says so: `pool/${name}-${version}.apk`. */
  readonly layout: string | undefined;
}

/**
 * An index of version 3 (`apk mkndx`), which one of these keys must have signed. Throws `SIGNATURE_INVALID`; `label` names it in
 * messages. Nothing in it is read before its signature is known to be good.
 */
export async function readAdbIndex(file: FileHandle, keys: ApkKeys, label: string): Promise<AdbIndex> {
  const signed = await readSigned(file).catch((cause: unknown) => {
    throw untrusted(label, cause instanceof Error ? cause.message : String(cause), cause);
  });
  verifyAdb(signed, keys, label);
  try {
    return { ...describeIndex(signed.database), database: signed.database };
  } catch (cause) {
    throw untrusted(label, (cause as Error).message, cause);
  }
}

/** What a database says of its packages. Throws an `Error` for one that is damaged. */
export function describeIndex(database: Buffer): Pick<AdbIndex, 'text' | 'layout'> {
  const index = readAdb(database);
  const layout = index.text(indexFields.layout) || undefined;
  const text = items(index.object(indexFields.packages)).map(toBlock).join('\n');
  return { text, layout };
}

async function readSigned(file: FileHandle): Promise<SignedAdb> {
  let database: Buffer = Buffer.alloc(0);
  const signatures: Buffer[] = [];
  for await (const block of readAdbBlocks(file, adbSchemas.index)) {
    if (block.type === 'data') throw new Error('it is damaged: it has the content of a file');
    const bytes = await takeBlock(block, maxIndexBytes);
    if (block.type === 'database') database = bytes;
    else signatures.push(bytes);
  }
  return { schema: adbSchemas.index, database, signatures };
}

/** Numbers of fields: apk-v3(5), "Index" and "Package info". */
const indexFields = { packages: 2, layout: 3 } as const;
const dependencyName = 1;
const field = {
  ...{ name: 1, version: 2, hash: 3, architecture: 5, builtAt: 11 },
  ...{ fileSize: 13, priority: 14, provides: 16 },
} as const;

const items = (list: AdbObject): readonly AdbObject[] =>
  Array.from({ length: list.last }, (_, at) => list.object(at + 1));

/** What Kubler needs of a package. */
function toBlock(item: AdbObject): string {
  const provides = items(item.object(field.provides)).map((each) => word(each.text(dependencyName)));
  const lines = [
    `C:${checksum(item.bytes(field.hash))}`,
    `P:${word(item.text(field.name))}`,
    `V:${word(item.text(field.version))}`,
    `A:${word(item.text(field.architecture))}`,
    `S:${item.integer(field.fileSize)}`,
    `t:${item.integer(field.builtAt)}`,
    `k:${item.integer(field.priority)}`,
    `p:${provides.join(' ')}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** apk, too, knows hashes by their length; a package without one is left out. */
function checksum(hash: Buffer): string {
  if (hash.length === 0) return '';
  const prefix = new Map([
    [20, 'Q1'],
    [32, 'Q2'],
  ]).get(hash.length);
  if (prefix === undefined) throw new Error(`it has a hash of ${hash.length} bytes, which is not known`);
  return prefix + hash.toString('base64');
}

function word(text: string): string {
  if (/[\s\u0000-\u001f]/.test(text)) throw new Error('it is damaged: a name has a space in it');
  return text;
}
