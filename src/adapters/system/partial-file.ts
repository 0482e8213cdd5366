import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { processTag } from './process-tag.ts';
import type { Sha256 } from '../../model/digest.ts';

/** A file on its way: bytes are appended and hashed, then it gets its name, or waits for the next attempt. */
export interface PartialFile {
  /** Bytes that are there. */
  readonly size: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Throws away what is there. */
  reset(): Promise<void>;
  /** SHA-256 of what is there. */
  sha256(): Sha256;
  /** Gives the file its final name. Nothing else may be called after it. */
  finish(): Promise<void>;
  /** Leaves what is there to a later `openPartialFile`, or removes it. Nothing else may be called after it. */
  park(keep: boolean): Promise<void>;
}

let count = 0;

/**
 * Opens the partial file of `hostFile`. With `resume` it takes over `<hostFile>.part`, which an interrupted
 * attempt left; taking over is a rename, so of two processes only one does.
 */
export async function openPartialFile(hostFile: string, resume: boolean): Promise<PartialFile> {
  const parked = `${hostFile}.part`;
  const workFile = `${hostFile}.${await processTag()}-${++count}.part`;
  if (resume) await rename(parked, workFile).catch(() => undefined);
  const handle = await open(workFile, 'a');
  const hashed = await hashFile(workFile);
  return new AppendedFile(handle, hashed.hash, hashed.size, { hostFile, workFile, parked });
}

interface Names {
  readonly hostFile: string;
  readonly workFile: string;
  readonly parked: string;
}

class AppendedFile implements PartialFile {
  #hash: Hash;
  #size: number;
  readonly #handle: FileHandle;
  readonly #names: Names;

  constructor(handle: FileHandle, hash: Hash, size: number, names: Names) {
    this.#handle = handle;
    this.#hash = hash;
    this.#size = size;
    this.#names = names;
  }

  get size(): number {
    return this.#size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#handle.appendFile(bytes);
    this.#hash.update(bytes);
    this.#size += bytes.length;
  }

  async reset(): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = createHash('sha256');
    this.#size = 0;
  }

  sha256(): Sha256 {
    return this.#hash.copy().digest('hex');
  }

  async finish(): Promise<void> {
    await this.#handle.close();
    await rename(this.#names.workFile, this.#names.hostFile);
  }

  async park(keep: boolean): Promise<void> {
    await this.#handle.close();
    if (keep && this.#size > 0) await rename(this.#names.workFile, this.#names.parked);
    else await rm(this.#names.workFile, { force: true });
  }
}

async function hashFile(file: string): Promise<{ hash: Hash; size: number }> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { hash, size: (await stat(file)).size };
}
