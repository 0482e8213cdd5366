import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArchiveMember } from '../../src/oci/tar-read.ts';
import type { TarHeader, TarMember } from '../../src/oci/tar-member.ts';
import { writeTar } from '../../src/oci/tar-write.ts';

/** A member with the usual values for what is not given; a file's content is `text`. */
export function member(
  given: Partial<TarMember> & { readonly path: string; readonly text?: string },
): TarMember {
  const { text = '', ...header } = given;
  const bytes = Buffer.from(text);
  return {
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 1_700_000_000,
    size: bytes.length,
    linkTarget: '',
    xattrs: new Map(),
    content: () => chunks(bytes),
    ...header,
  };
}

export async function* chunks(...parts: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  for (const part of parts) yield await Promise.resolve(part);
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

export const tarOf = (...members: readonly TarMember[]): Promise<Buffer> => collect(writeTar(members));

export const writeTarFile = async (hostFile: string, ...members: readonly TarMember[]): Promise<void> =>
  writeFile(hostFile, await tarOf(...members));

export type ReadMember = TarHeader<ArchiveMember['type']> & {
  readonly offset: number;
  readonly bytes: Buffer;
};

/** All members with their content. */
export async function readAll(members: AsyncIterable<ArchiveMember>): Promise<ReadMember[]> {
  const all: ReadMember[] = [];
  for await (const each of members) all.push({ ...each, bytes: await collect(each.content()) });
  return all;
}

/** Runs a command with a stream as its input; resolves with what it printed, rejects when it fails. */
export async function pipeTo(
  input: AsyncIterable<Buffer>,
  command: string,
  args: readonly string[],
): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, TZ: 'UTC' } });
  const output = collect(child.stdout as AsyncIterable<Buffer>);
  const complaints = collect(child.stderr as AsyncIterable<Buffer>);
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  await pipeline(Readable.from(input), child.stdin);
  const status = await closed;
  if (status !== 0) throw new Error(`${command} failed (${status}): ${(await complaints).toString()}`);
  return (await output).toString();
}
