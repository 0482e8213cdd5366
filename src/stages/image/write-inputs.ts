import { chmod, copyFile, lutimes, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../../errors.ts';
import type { TreeEntry } from '../../model/tree-entry.ts';
import type { Input } from '../../ports/engine.ts';
import { fromContext, type CopySource } from './copy-source.ts';
import type { RunStep } from './image-plan.ts';
import { readContext } from './read-context.ts';

/** A file or folder of the image folder that a RUN sees at `path`. */
export interface BoundSource {
  readonly path: string;
  readonly source: CopySource;
}

/** What the bind mounts of a RUN show. */
export async function readBound(
  { mounts, at }: RunStep,
  { contextDir, epoch }: { readonly contextDir: string; readonly epoch: number },
): Promise<readonly BoundSource[]> {
  const bound: BoundSource[] = [];
  for (const mount of mounts) {
    if (mount.kind !== 'bind') continue;
    for (const source of await readContext({ contextDir, sources: [mount.source], at }))
      bound.push({ path: mount.path, source: await fromContext(source, epoch) });
  }
  return bound;
}

/** Copies that into `dir`, with the modes and dates it has in an image, and the script of a RUN to where it is run. */
export async function writeInputs(
  { argv, script }: RunStep,
  bound: readonly BoundSource[],
  dir: string,
): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  for (const [index, { path, source }] of bound.entries()) {
    const hostPath = join(dir, `bound-${index}`);
    for (const entry of source.entries) await write(entry, join(hostPath, entry.path));
    // What is made in a folder dates it: from the inside to the outside.
    for (const { path: inner, mtime } of source.entries.toReversed())
      await lutimes(join(hostPath, inner), mtime, mtime);
    inputs.push({ hostPath, containerPath: path });
  }
  if (script === undefined) return inputs;
  const hostPath = join(dir, 'script');
  await writeFile(hostPath, script);
  await chmod(hostPath, 0o755);
  return [...inputs, { hostPath, containerPath: argv[0] }];
}

async function write(entry: TreeEntry, to: string): Promise<void> {
  if (entry.type === 'symlink') return symlink(entry.target, to);
  if (entry.type === 'directory') await mkdir(to);
  else {
    assert(
      entry.type === 'file' && entry.content.kind === 'slice',
      'an image folder holds files of this host',
    );
    await copyFile(entry.content.hostFile, to);
  }
  await chmod(to, entry.mode);
}
