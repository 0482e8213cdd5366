import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { toRootfs, type Rootfs } from '../../src/model/tree-entry.ts';
import { readSpool } from '../../src/stages/rootfs/index.ts';
import type { BenchProject } from '../project.ts';

/** A whole Debian base as a tar and as a folder: what layer writing and proving are measured on. */
export interface WholeTree {
  readonly dir: string;
  /** Reads the tar: digests of all files, their content left where it is. */
  readonly read: () => Promise<Rootfs>;
}

export async function makeWholeTree(project: BenchProject): Promise<WholeTree> {
  const tarFile = join(project.scratchDir, 'whole.tar');
  const dir = join(project.scratchDir, 'whole');
  if (!existsSync(tarFile)) {
    await project.addImage('whole', {
      'build.conf': "IMAGE_PARENT='scratch'\nCARVE='whole'\nPRUNE='-all'\n",
      'build.sh': '_packages="perl git"\n',
    });
    await project.kubler('build', 'bench/whole');
    await project.kubler('export', 'bench/whole', '--format', 'rootfs-tar', '--output', tarFile);
    await mkdir(dir);
    await execa('tar', ['-xf', tarFile, '-C', dir]);
  }
  return { dir, read: async () => toRootfs((await readSpool(tarFile)).rootfs.values()) };
}
