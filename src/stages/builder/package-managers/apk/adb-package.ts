import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { adbSchemas, readAdbBlocks, takeBlock, truncated, type AdbBlock } from './adb-blocks.ts';
import { readAdb, type AdbObject } from './adb-values.ts';

/** A file in a package that has content. */
export interface AdbFile {
  readonly path: string;
  /** SHA-1, SHA-256 or SHA-512, by its length. */
  readonly hash: Buffer;
  /** Can be read only before the next file is asked for. */
  readonly content: () => AsyncGenerator<Buffer, void, undefined>;
}

const maxDatabaseBytes = 128 * 1024 * 1024;
/** Before the content of a file: numbers of its folder and of itself. */
const dataHeaderBytes = 8;

/** What is wrong with a package of version 3; undefined when its database has this checksum, and its files have the sums there. */
export async function checkAdbPackage(file: FileHandle, checksum: string): Promise<string | undefined> {
  try {
    for await (const { path, hash, content } of readAdbFiles(file, checksum)) {
      const sum = createHash(algorithm(hash));
      for await (const chunk of content()) sum.update(chunk);
      if (!sum.digest().equals(hash)) return `its "${path}" is not what it says`;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function algorithm({ length }: Buffer): string {
  const name = new Map([
    [20, 'sha1'],
    [32, 'sha256'],
    [64, 'sha512'],
  ]).get(length);
  if (name === undefined) throw new Error(`it has a hash of ${length} bytes, which is not known`);
  return name;
}

/**
 * The files of a package of version 3, with its database checked before anything in it is read. Throws an `Error` for a package
 * that is another, is damaged, or has not all of its files. Format: apk-v3(5).
 */
export async function* readAdbFiles(
  file: FileHandle,
  checksum: string,
): AsyncGenerator<AdbFile, void, undefined> {
  let expected: ExpectedFile[] = [];
  for await (const block of readAdbBlocks(file, adbSchemas.package)) {
    if (block.type === 'database')
      expected = readExpected(await takeBlock(block, maxDatabaseBytes), checksum);
    if (block.type !== 'data') continue;
    const next = expected.pop();
    const header = await block.reader.take(Math.min(dataHeaderBytes, block.size));
    if (!next?.header.equals(header) || block.size !== dataHeaderBytes + next.size)
      throw new Error('it is damaged: it has a content that no file has');
    yield { path: next.path, hash: next.hash, content: () => readContent(block, next.size) };
  }
  if (expected.length > 0) throw truncated();
}

async function* readContent({ reader }: AdbBlock, size: number): AsyncGenerator<Buffer, void, undefined> {
  for (let left = size; left > 0;) {
    const chunk = await reader.some(left);
    if (chunk.length === 0) throw truncated();
    left -= chunk.length;
    yield chunk;
  }
}

interface ExpectedFile {
  readonly path: string;
  readonly size: number;
  readonly hash: Buffer;
  readonly header: Buffer;
}

/** The files that have content, the last first. An index may have the start of a SHA-256 as its sum. */
function readExpected(database: Buffer, checksum: string): ExpectedFile[] {
  const hash = createHash('sha256').update(database).digest();
  const sum = checksum.startsWith('Q2') ? `Q2${base64(hash)}` : `Q1${base64(hash.subarray(0, 20))}`;
  if (sum !== checksum) throw new Error(`the checksum of its database is ${sum}, not ${checksum}`);
  const folders = readAdb(database).object(packagePaths);
  const files: ExpectedFile[] = [];
  for (let folder = 1; folder <= folders.last; folder++)
    for (const file of filesOf(folders.object(folder), folder)) files.push(file);
  return files.reverse();
}

const base64 = (bytes: Buffer): string => bytes.toString('base64');

/** Numbers of fields: apk-v3(5), "Package", "Directory" and "File". */
const packagePaths = 2;
const folderFields = { name: 1, files: 3 } as const;
const fileFields = { name: 1, size: 3, hash: 5, target: 6 } as const;

function filesOf(folder: AdbObject, folderNumber: number): readonly ExpectedFile[] {
  const list = folder.object(folderFields.files);
  return Array.from({ length: list.last }, (_, at) => at + 1).flatMap((number) => {
    const file = list.object(number);
    const size = file.integer(fileFields.size);
    if (size === 0 || file.bytes(fileFields.target).length > 0) return [];
    const header = Buffer.alloc(dataHeaderBytes);
    header.writeUInt32LE(folderNumber, 0);
    header.writeUInt32LE(number, 4);
    const path = [folder.text(folderFields.name), file.text(fileFields.name)].filter(Boolean).join('/');
    return [{ path, size, header, hash: file.bytes(fileFields.hash) }];
  });
}
